/* SPDX-License-Identifier: GPL-2.0-only */
/* The hint within spin loops. A forwarder in Linux, too. */
#ifndef _VDSO_PROCESSOR_H
#define _VDSO_PROCESSOR_H

#include <asm/vdso/processor.h>

#endif
