/* SPDX-License-Identifier: GPL-2.0-only */
/* The task that runs. */
#ifndef _ASM_CURRENT_H
#define _ASM_CURRENT_H

struct task_struct;
/* Context: tasks; in interrupt handlers it is whoever was interrupted. */
struct task_struct *fv_current(void);
#define get_current() fv_current()
#define current fv_current()

#endif
