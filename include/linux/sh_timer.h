/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SH_TIMER_H__
#define __SH_TIMER_H__

struct sh_timer_config {
	unsigned int channels_mask;
};

#endif
