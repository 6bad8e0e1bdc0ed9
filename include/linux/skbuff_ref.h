/* SPDX-License-Identifier: GPL-2.0-only */
/* Who holds the pages of a buffer. */
#ifndef _LINUX_SKBUFF_REF_H
#define _LINUX_SKBUFF_REF_H

#include <linux/skbuff.h>

static inline void __skb_frag_ref(skb_frag_t *frag)
{
	get_page(skb_frag_page(frag));
}
static inline void skb_frag_ref(struct sk_buff *skb, int f)
{
	__skb_frag_ref(&skb_shinfo(skb)->frags[f]);
}
void fv_skb_page_put(struct page *page, bool recycle);
static inline void skb_page_unref(netmem_ref netmem, bool recycle)
{
	fv_skb_page_put(netmem_to_page(netmem), recycle);
}
static inline void __skb_frag_unref(skb_frag_t *frag, bool recycle)
{
	skb_page_unref(skb_frag_netmem(frag), recycle);
}
static inline void skb_frag_unref(struct sk_buff *skb, int f)
{
	__skb_frag_unref(&skb_shinfo(skb)->frags[f], skb->pp_recycle);
}

#endif
