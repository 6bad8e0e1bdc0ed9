/* SPDX-License-Identifier: GPL-2.0-only */
/* Actions that only decide. */
#ifndef __NET_TC_GACT_H
#define __NET_TC_GACT_H

#include <net/act_api.h>
#include <linux/tc_act/tc_gact.h>

struct tcf_gact {
	struct tc_action common;
	int tcf_action;
};
#define to_gact(a) ((struct tcf_gact *)a)
static inline bool is_tcf_gact_ok(const struct tc_action *a) { return a->tcfa_action == TC_ACT_OK; }
static inline bool is_tcf_gact_shot(const struct tc_action *a) { return a->tcfa_action == TC_ACT_SHOT; }

#endif
