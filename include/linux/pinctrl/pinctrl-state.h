/* SPDX-License-Identifier: GPL-2.0-only */
/* The names of states that the device core knows. */
#ifndef _LINUX_PINCTRL_PINCTRL_STATE_H
#define _LINUX_PINCTRL_PINCTRL_STATE_H

#define PINCTRL_STATE_DEFAULT	"default"
#define PINCTRL_STATE_INIT	"init"
#define PINCTRL_STATE_IDLE	"idle"
#define PINCTRL_STATE_SLEEP	"sleep"

#endif
