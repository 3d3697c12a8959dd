#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Stock Parsl with the provider of python/, as the hosts have it installed.

load helper

PYTHON=$BATS_TEST_DIRNAME/../../python
INSTALLED=/usr/local/share/erm/python

@test "the provider does what a manager asks, and what Parsl wants" {
    cp "$PYTHON/test_erm_parsl.py" .
    on n1 env PYTHONPATH=$INSTALLED python3 test_erm_parsl.py
}
