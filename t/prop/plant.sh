#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# plant.sh SOURCE OUTPUT LINE: copies SOURCE with a statement that does nothing
# in place of the one line that contains LINE. When there is none, or there are
# several, the copy is as it was, and planted.sh says so.
sed "$(grep -nF -- "$3" "$1" | awk -F: 'NR == 1 { n = $1 } END { if (NR == 1) print n "s/.*/(void)0;/" }')" "$1" > "$2"
