! SPDX-License-Identifier: BSD-2-Clause
! A program in Fortran that is resized: a wave on a string, in steps of time.
! The string is dealt out to the job's nodes anew at each resize.
! usage: waves [STEPS]
program waves
  use, intrinsic :: iso_c_binding
  use erm
  implicit none

  integer, parameter :: POINTS = 20000, BLOCK = 50
  real(c_double), parameter :: PI = 3.14159265358979324d0, C2 = 0.25d0
  real(c_double) :: old(0:POINTS), now(0:POINTS), next(0:POINTS)
  type(c_ptr) :: e, names
  integer(c_int) :: n_nodes, rc
  integer :: i, step, n_steps
  character(len=20) :: word

  n_steps = 2000
  if (command_argument_count() > 0) then
    call get_command_argument(1, word)
    read (word, *) n_steps
  end if
  e = erm_open()
  n_nodes = erm_nodes(e, names)
  print '(a, i0, a, a)', 'begins on ', n_nodes, ' nodes, the first is ', &
    erm_name(names, n_nodes, 1)

  do i = 0, POINTS
    now(i) = sin(3 * PI * i / POINTS)
  end do
  old = now
  do step = 1, n_steps
    call follow_directive()
    do i = 1, n_nodes ! each node's part
      call advance(part(i - 1) + 1, part(i))
    end do
    next(0) = 0
    next(POINTS) = 0
    old = now
    now = next
    if (mod(step, BLOCK) == 0) &
      rc = erm_progress(e, real(step, c_double) / n_steps)
  end do
  print '(a, i0, a, es14.6)', 'energy on ', n_nodes, ' nodes:', energy()
  call erm_close(e)

contains

  ! The last point of the Ith node's part.
  integer function part(i)
    integer, intent(in) :: i
    part = int(int(POINTS - 1, c_int64_t) * i / n_nodes)
  end function part

  subroutine advance(first, last)
    integer, intent(in) :: first, last
    integer :: k
    do k = first, last
      next(k) = 2 * now(k) - old(k) + C2 * (now(k - 1) - 2 * now(k) + now(k + 1))
    end do
  end subroutine advance

  real(c_double) function energy()
    energy = sum((now - old)**2) + C2 * sum((now(1:) - now(:POINTS - 1))**2)
  end function energy

  ! Between two steps nothing is under way: the time to change the size.
  subroutine follow_directive()
    type(erm_directive) :: d
    rc = erm_poll(e, d)
    if (rc < 0) print '(a)', erm_string(erm_error(e))
    if (rc /= 1) return
    n_nodes = d%n_target
    if (d%op == ERM_OP_GROW) then
      print '(a, a)', 'grows by ', erm_name(d%delta, d%n_delta, 1)
    else
      print '(a, a)', 'shrinks by ', erm_name(d%delta, d%n_delta, 1)
    end if
    rc = erm_done(e, d%seq, c_null_ptr, 0_c_int)
    if (rc < 0) print '(a)', erm_string(erm_error(e))
  end subroutine follow_directive

end program waves
