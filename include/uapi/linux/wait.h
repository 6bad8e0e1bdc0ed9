/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of waiting for processes. */
#ifndef _UAPI_LINUX_WAIT_H
#define _UAPI_LINUX_WAIT_H

#define WNOHANG 0x00000001
#define WUNTRACED 0x00000002

#endif
