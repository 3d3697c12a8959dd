! SPDX-License-Identifier: BSD-2-Clause
! erm.h (liberm) for Fortran 2003 and later: the same calls, the same values.
! Names that C gives as char * are made strings by erm_string and erm_name.
module erm
  use, intrinsic :: iso_c_binding
  implicit none
  public

  integer(c_int), parameter :: ERM_OP_GROW = 1, ERM_OP_SHRINK = 2
  integer(c_int), parameter :: ERM_EINVAL = -1, ERM_ESYSTEM = -2, &
    ERM_EFORMAT = -3, ERM_ENOMANAGER = -4, ERM_EDENIED = -5, ERM_ETIME = -6, &
    ERM_ESEQ = -7, ERM_ENOMEM = -8

  ! What the job is to do. The lists of names are for erm_name.
  type, bind(C) :: erm_directive
    integer(c_int) :: seq, op, forced, choice, n_cur, n_delta, n_target
    real(c_double) :: accept_by, done_by
    type(c_ptr) :: cur, delta, target
    type(c_ptr) :: reason
  end type erm_directive

  interface
    function erm_open() bind(C) result(e)
      import :: c_ptr
      type(c_ptr) :: e
    end function erm_open

    subroutine erm_close(e) bind(C)
      import :: c_ptr
      type(c_ptr), value :: e
    end subroutine erm_close

    function erm_error(e) bind(C) result(text)
      import :: c_ptr
      type(c_ptr), value :: e
      type(c_ptr) :: text
    end function erm_error

    function erm_poll(e, d) bind(C) result(rc)
      import :: c_ptr, c_int, erm_directive
      type(c_ptr), value :: e
      type(erm_directive), intent(out) :: d
      integer(c_int) :: rc
    end function erm_poll

    function erm_wait(e, d, timeout) bind(C) result(rc)
      import :: c_ptr, c_int, c_double, erm_directive
      type(c_ptr), value :: e
      type(erm_directive), intent(out) :: d
      real(c_double), value :: timeout
      integer(c_int) :: rc
    end function erm_wait

    function erm_fd(e) bind(C) result(fd)
      import :: c_ptr, c_int
      type(c_ptr), value :: e
      integer(c_int) :: fd
    end function erm_fd

    function erm_accept(e, seq) bind(C) result(rc)
      import :: c_ptr, c_int
      type(c_ptr), value :: e
      integer(c_int), value :: seq
      integer(c_int) :: rc
    end function erm_accept

    ! WHY ends with c_null_char.
    function erm_refuse(e, seq, retry_after, why) bind(C) result(rc)
      import :: c_ptr, c_int, c_double, c_char
      type(c_ptr), value :: e
      integer(c_int), value :: seq
      real(c_double), value :: retry_after
      character(kind=c_char), intent(in) :: why(*)
      integer(c_int) :: rc
    end function erm_refuse

    ! GONE: c_null_ptr and 0, or a list of C strings.
    function erm_done(e, seq, gone, n) bind(C) result(rc)
      import :: c_ptr, c_int
      type(c_ptr), value :: e, gone
      integer(c_int), value :: seq, n
      integer(c_int) :: rc
    end function erm_done

    function erm_fail(e, seq, why) bind(C) result(rc)
      import :: c_ptr, c_int, c_char
      type(c_ptr), value :: e
      integer(c_int), value :: seq
      character(kind=c_char), intent(in) :: why(*)
      integer(c_int) :: rc
    end function erm_fail

    function erm_busy(e, seq) bind(C) result(rc)
      import :: c_ptr, c_int
      type(c_ptr), value :: e
      integer(c_int), value :: seq
      integer(c_int) :: rc
    end function erm_busy

    function erm_settled(e, seq, timeout) bind(C) result(rc)
      import :: c_ptr, c_int, c_double
      type(c_ptr), value :: e
      integer(c_int), value :: seq
      real(c_double), value :: timeout
      integer(c_int) :: rc
    end function erm_settled

    function erm_progress(e, fraction) bind(C) result(rc)
      import :: c_ptr, c_int, c_double
      type(c_ptr), value :: e
      real(c_double), value :: fraction
      integer(c_int) :: rc
    end function erm_progress

    function erm_grow(e, min, max, wait) bind(C) result(rc)
      import :: c_ptr, c_int, c_double
      type(c_ptr), value :: e
      integer(c_int), value :: min, max
      real(c_double), value :: wait
      integer(c_int) :: rc
    end function erm_grow

    function erm_answer(e) bind(C) result(rc)
      import :: c_ptr, c_int
      type(c_ptr), value :: e
      integer(c_int) :: rc
    end function erm_answer

    function erm_retry_after(e) bind(C) result(seconds)
      import :: c_ptr, c_double
      type(c_ptr), value :: e
      real(c_double) :: seconds
    end function erm_retry_after

    function erm_release(e, nodes, n) bind(C) result(rc)
      import :: c_ptr, c_int
      type(c_ptr), value :: e, nodes
      integer(c_int), value :: n
      integer(c_int) :: rc
    end function erm_release

    function erm_offer(e, nodes, until) bind(C) result(rc)
      import :: c_ptr, c_int, c_double
      type(c_ptr), value :: e
      integer(c_int), intent(out) :: nodes
      real(c_double), intent(out) :: until
      integer(c_int) :: rc
    end function erm_offer

    function erm_time_left(e) bind(C) result(seconds)
      import :: c_ptr, c_double
      type(c_ptr), value :: e
      real(c_double) :: seconds
    end function erm_time_left

    ! NAMES: a list for erm_name.
    function erm_nodes(e, names) bind(C) result(n)
      import :: c_ptr, c_int
      type(c_ptr), value :: e
      type(c_ptr), intent(out) :: names
      integer(c_int) :: n
    end function erm_nodes

    ! These two may be c_null_ptr: erm_string makes that ''.
    function erm_hostfile(e) bind(C) result(path)
      import :: c_ptr
      type(c_ptr), value :: e
      type(c_ptr) :: path
    end function erm_hostfile

    function erm_dir(e) bind(C) result(path)
      import :: c_ptr
      type(c_ptr), value :: e
      type(c_ptr) :: path
    end function erm_dir
  end interface

contains

  ! A copy of a string of C.
  function erm_string(text) result(string)
    type(c_ptr), intent(in) :: text
    character(len=:), allocatable :: string
    character(kind=c_char), pointer :: c(:)
    integer :: i, n
    n = 0
    if (c_associated(text)) then
      call c_f_pointer(text, c, [huge(0)])
      do while (c(n + 1) /= c_null_char)
        n = n + 1
      end do
    end if
    allocate (character(len=n) :: string)
    do i = 1, n
      string(i:i) = c(i)
    end do
  end function erm_string

  ! The Ith name (from 1) of a list of N.
  function erm_name(list, n, i) result(name)
    type(c_ptr), intent(in) :: list
    integer(c_int), intent(in) :: n
    integer, intent(in) :: i
    character(len=:), allocatable :: name
    type(c_ptr), pointer :: names(:)
    call c_f_pointer(list, names, [n])
    name = erm_string(names(i))
  end function erm_name

end module erm
