/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls of firmware by the rules of Arm DEN 0028. */
#ifndef _LINUX_ARM_SMCCC_H
#define _LINUX_ARM_SMCCC_H

#include <linux/args.h>
#include <linux/const.h>
#include <linux/init.h>
#include <linux/linkage.h>
#include <linux/types.h>

#define ARM_SMCCC_STD_CALL		_AC(0, U)
#define ARM_SMCCC_FAST_CALL		_AC(1, U)
#define ARM_SMCCC_TYPE_SHIFT		31
#define ARM_SMCCC_SMC_32		0
#define ARM_SMCCC_SMC_64		1
#define ARM_SMCCC_CALL_CONV_SHIFT	30
#define ARM_SMCCC_OWNER_MASK		0x3F
#define ARM_SMCCC_OWNER_SHIFT		24
#define ARM_SMCCC_FUNC_MASK		0xFFFF

#define ARM_SMCCC_IS_FAST_CALL(smc_val)	((smc_val) & (ARM_SMCCC_FAST_CALL << ARM_SMCCC_TYPE_SHIFT))
#define ARM_SMCCC_IS_64(smc_val)	((smc_val) & (ARM_SMCCC_SMC_64 << ARM_SMCCC_CALL_CONV_SHIFT))
#define ARM_SMCCC_FUNC_NUM(smc_val)	((smc_val) & ARM_SMCCC_FUNC_MASK)
#define ARM_SMCCC_OWNER_NUM(smc_val)	(((smc_val) >> ARM_SMCCC_OWNER_SHIFT) & ARM_SMCCC_OWNER_MASK)
#define ARM_SMCCC_CALL_VAL(type, calling_convention, owner, func_num)	\
	(((type) << ARM_SMCCC_TYPE_SHIFT) |				\
	 ((calling_convention) << ARM_SMCCC_CALL_CONV_SHIFT) |		\
	 (((owner) & ARM_SMCCC_OWNER_MASK) << ARM_SMCCC_OWNER_SHIFT) |	\
	 ((func_num) & ARM_SMCCC_FUNC_MASK))

#define ARM_SMCCC_OWNER_ARCH		0
#define ARM_SMCCC_OWNER_CPU		1
#define ARM_SMCCC_OWNER_SIP		2
#define ARM_SMCCC_OWNER_OEM		3
#define ARM_SMCCC_OWNER_STANDARD	4
#define ARM_SMCCC_OWNER_STANDARD_HYP	5
#define ARM_SMCCC_OWNER_VENDOR_HYP	6
#define ARM_SMCCC_OWNER_TRUSTED_APP	48
#define ARM_SMCCC_OWNER_TRUSTED_APP_END	49
#define ARM_SMCCC_OWNER_TRUSTED_OS	50
#define ARM_SMCCC_OWNER_TRUSTED_OS_END	63
#define ARM_SMCCC_FUNC_QUERY_CALL_UID	0xff01
#define ARM_SMCCC_QUIRK_NONE		0
#define ARM_SMCCC_QUIRK_QCOM_A6		1
#define ARM_SMCCC_VERSION_1_0		0x10000
#define ARM_SMCCC_VERSION_1_1		0x10001
#define ARM_SMCCC_VERSION_1_2		0x10002
#define ARM_SMCCC_VERSION_1_3		0x10003
/* The fast call of an owner by 32 or 64 bits. */
#define ARM_SMCCC_FAST_32(owner, func) \
	ARM_SMCCC_CALL_VAL(ARM_SMCCC_FAST_CALL, ARM_SMCCC_SMC_32, ARM_SMCCC_OWNER_##owner, func)
#define ARM_SMCCC_FAST_64(owner, func) \
	ARM_SMCCC_CALL_VAL(ARM_SMCCC_FAST_CALL, ARM_SMCCC_SMC_64, ARM_SMCCC_OWNER_##owner, func)
#define ARM_SMCCC_VERSION_FUNC_ID	ARM_SMCCC_FAST_32(ARCH, 0)
#define ARM_SMCCC_ARCH_FEATURES_FUNC_ID	ARM_SMCCC_FAST_32(ARCH, 1)
#define ARM_SMCCC_ARCH_SOC_ID	ARM_SMCCC_FAST_32(ARCH, 2)
#define ARM_SMCCC_TRNG_VERSION	ARM_SMCCC_FAST_32(STANDARD, 0x50)
#define ARM_SMCCC_TRNG_FEATURES	ARM_SMCCC_FAST_32(STANDARD, 0x51)
#define ARM_SMCCC_TRNG_GET_UUID	ARM_SMCCC_FAST_32(STANDARD, 0x52)
#define ARM_SMCCC_TRNG_RND32	ARM_SMCCC_FAST_32(STANDARD, 0x53)
#define ARM_SMCCC_TRNG_RND64	ARM_SMCCC_FAST_64(STANDARD, 0x53)

#define SMCCC_RET_SUCCESS		0
#define SMCCC_RET_NOT_SUPPORTED		-1
#define SMCCC_RET_NOT_REQUIRED		-2
#define SMCCC_RET_INVALID_PARAMETER	-3

enum arm_smccc_conduit {
	SMCCC_CONDUIT_NONE,
	SMCCC_CONDUIT_SMC,
	SMCCC_CONDUIT_HVC,
};

struct arm_smccc_res {
	unsigned long a0;
	unsigned long a1;
	unsigned long a2;
	unsigned long a3;
};

struct arm_smccc_quirk {
	int id;
	union {
		unsigned long a6;
	} state;
};

enum arm_smccc_conduit arm_smccc_1_1_get_conduit(void);
u32 arm_smccc_get_version(void);

/* Where there is no firmware that takes such calls, a0 of the result is SMCCC_RET_NOT_SUPPORTED. */
void __arm_smccc_smc(unsigned long a0, unsigned long a1, unsigned long a2, unsigned long a3, unsigned long a4,
	unsigned long a5, unsigned long a6, unsigned long a7, struct arm_smccc_res *res,
	struct arm_smccc_quirk *quirk);
void __arm_smccc_hvc(unsigned long a0, unsigned long a1, unsigned long a2, unsigned long a3, unsigned long a4,
	unsigned long a5, unsigned long a6, unsigned long a7, struct arm_smccc_res *res,
	struct arm_smccc_quirk *quirk);

#define arm_smccc_smc(...)		__arm_smccc_smc(__VA_ARGS__, NULL)
#define arm_smccc_smc_quirk(...)	__arm_smccc_smc(__VA_ARGS__)
#define arm_smccc_hvc(...)		__arm_smccc_hvc(__VA_ARGS__, NULL)
#define arm_smccc_hvc_quirk(...)	__arm_smccc_hvc(__VA_ARGS__)

/* With as many arguments as there are, and the result behind them. */
#define __fv_ul(x)		((unsigned long)(x))
#define __fv_smccc_2(f, a, r)				f((u32)(a), 0, 0, 0, 0, 0, 0, 0, r, NULL)
#define __fv_smccc_3(f, a, b, r)			f((u32)(a), __fv_ul(b), 0, 0, 0, 0, 0, 0, r, NULL)
#define __fv_smccc_4(f, a, b, c, r)			f((u32)(a), __fv_ul(b), __fv_ul(c), 0, 0, 0, 0, 0, r, NULL)
#define __fv_smccc_5(f, a, b, c, d, r) \
	f((u32)(a), __fv_ul(b), __fv_ul(c), __fv_ul(d), 0, 0, 0, 0, r, NULL)
#define __fv_smccc_6(f, a, b, c, d, e, r) \
	f((u32)(a), __fv_ul(b), __fv_ul(c), __fv_ul(d), __fv_ul(e), 0, 0, 0, r, NULL)
#define __fv_smccc_7(f, a, b, c, d, e, g, r) \
	f((u32)(a), __fv_ul(b), __fv_ul(c), __fv_ul(d), __fv_ul(e), __fv_ul(g), 0, 0, r, NULL)
#define __fv_smccc_8(f, a, b, c, d, e, g, h, r) \
	f((u32)(a), __fv_ul(b), __fv_ul(c), __fv_ul(d), __fv_ul(e), __fv_ul(g), __fv_ul(h), 0, r, NULL)
#define __fv_smccc_9(f, a, b, c, d, e, g, h, i, r) \
	f((u32)(a), __fv_ul(b), __fv_ul(c), __fv_ul(d), __fv_ul(e), __fv_ul(g), __fv_ul(h), __fv_ul(i), r, NULL)

#define arm_smccc_1_1_smc(...)	CONCATENATE(__fv_smccc_, COUNT_ARGS(__VA_ARGS__))(__arm_smccc_smc, __VA_ARGS__)
#define arm_smccc_1_1_hvc(...)	CONCATENATE(__fv_smccc_, COUNT_ARGS(__VA_ARGS__))(__arm_smccc_hvc, __VA_ARGS__)
/* SMC is the only way; without firmware, the function itself says that there is none. */
#define arm_smccc_1_1_invoke(...)	({ arm_smccc_1_1_smc(__VA_ARGS__); arm_smccc_1_1_get_conduit(); })

#endif
