/* SPDX-License-Identifier: GPL-2.0-only */
/* String functions, as far as Dhrystone asks for them. */
#ifndef BENCH_STRING_H
#define BENCH_STRING_H

#include <stdbool.h>
#include <string.h>

#endif
