/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses: RAM stands at its physical address, and a page's descriptor is a number in disguise. */
#ifndef _ASM_MEMORY_H
#define _ASM_MEMORY_H

#include <linux/types.h>
struct page;
/* For memory of kmalloc, pages and static objects: not for vmalloc, stacks or registers. */
phys_addr_t virt_to_phys(const volatile void *address);
static inline void *phys_to_virt(phys_addr_t address)
{
	return (void *)address;
}
#define __pa(x) virt_to_phys((const volatile void *)(unsigned long)(x))
#define __va(x) phys_to_virt((phys_addr_t)(x))
#define __phys_to_pfn(paddr) ((unsigned long)((paddr) >> 12))
#define __pfn_to_phys(pfn) ((phys_addr_t)(pfn) << 12)
/* Descriptors hold no state: nothing is mapped there. */
#define FV_VMEMMAP 0xfffe000000000000UL
#define FV_PAGE_SHIFT 6
static inline unsigned long page_to_pfn(const struct page *page)
{
	return ((unsigned long)page - FV_VMEMMAP) >> FV_PAGE_SHIFT;
}
static inline struct page *pfn_to_page(unsigned long pfn)
{
	return (struct page *)(FV_VMEMMAP + (pfn << FV_PAGE_SHIFT));
}
#define page_to_phys(page) __pfn_to_phys(page_to_pfn(page))
#define phys_to_page(phys) pfn_to_page(__phys_to_pfn(phys))
#define virt_to_pfn(x) __phys_to_pfn(virt_to_phys((const volatile void *)(x)))
#define pfn_to_virt(pfn) __va(__pfn_to_phys(pfn))
#define virt_to_page(x) pfn_to_page(virt_to_pfn(x))
#define page_to_virt(page) __va(page_to_phys(page))
/* Whether virt_to_phys has an answer. */
bool __virt_addr_valid(unsigned long x);
#define virt_addr_valid(kaddr) __virt_addr_valid((unsigned long)(kaddr))

#endif
