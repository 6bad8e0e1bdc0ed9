/* SPDX-License-Identifier: GPL-2.0-only */
/* Groups of fields. */
#ifndef _UAPI_LINUX_STDDEF_H
#define _UAPI_LINUX_STDDEF_H

#ifndef __ASSEMBLY__
/* The same fields twice: by themselves, and as one struct that can be copied or cleared at once. */
#define __struct_group(TAG, NAME, ATTRS, MEMBERS...)                                                                  \
	union {                                                                                                           \
		struct { MEMBERS } ATTRS;                                                                                     \
		struct TAG { MEMBERS } ATTRS NAME;                                                                            \
	} ATTRS
#define __DECLARE_FLEX_ARRAY(TYPE, NAME) struct { struct { } __empty_##NAME; TYPE NAME[]; }
#endif

#endif
