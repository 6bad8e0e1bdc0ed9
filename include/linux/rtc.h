/* SPDX-License-Identifier: GPL-2.0-only */
/* Real-time clocks. */
#ifndef _LINUX_RTC_H
#define _LINUX_RTC_H

#include <linux/cleanup.h>
#include <linux/types.h>
#include <linux/interrupt.h>
#include <linux/nvmem-provider.h>
#include <linux/device.h>
#include <linux/seq_file.h>
#include <linux/mutex.h>
#include <linux/time64.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>
#include <uapi/linux/rtc.h>

int rtc_month_days(unsigned int month, unsigned int year);
int rtc_year_days(unsigned int day, unsigned int month, unsigned int year);
int rtc_valid_tm(struct rtc_time *tm);
time64_t rtc_tm_to_time64(struct rtc_time *tm);
void rtc_time64_to_tm(time64_t time, struct rtc_time *tm);
ktime_t rtc_tm_to_ktime(struct rtc_time tm);
struct rtc_time rtc_ktime_to_tm(ktime_t kt);

static inline time64_t rtc_tm_sub(struct rtc_time *lhs, struct rtc_time *rhs)
{
	return rtc_tm_to_time64(lhs) - rtc_tm_to_time64(rhs);
}

static inline bool is_leap_year(unsigned int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The device of these is the hardware's, the parent of the clock's. */
struct rtc_class_ops {
	int (*ioctl)(struct device *dev, unsigned int cmd, unsigned long arg);
	int (*read_time)(struct device *dev, struct rtc_time *tm);
	int (*set_time)(struct device *dev, struct rtc_time *tm);
	int (*read_alarm)(struct device *dev, struct rtc_wkalrm *alarm);
	int (*set_alarm)(struct device *dev, struct rtc_wkalrm *alarm);
	int (*proc)(struct device *dev, struct seq_file *seq);
	int (*alarm_irq_enable)(struct device *dev, unsigned int enabled);
	int (*read_offset)(struct device *dev, long *offset);
	int (*set_offset)(struct device *dev, long offset);
	int (*param_get)(struct device *dev, struct rtc_param *param);
	int (*param_set)(struct device *dev, struct rtc_param *param);
};

struct rtc_core;

struct rtc_device {
	struct device dev;
	struct module *owner;
	int id;
	const struct rtc_class_ops *ops;
	struct mutex ops_lock;
	unsigned long flags;
	int irq_freq;
	int max_user_freq;
	unsigned long set_offset_nsec;
	unsigned long features[BITS_TO_LONGS(RTC_FEATURE_CNT)];
	time64_t range_min;
	timeu64_t range_max;
	timeu64_t alarm_offset_max;
	time64_t start_secs;
	time64_t offset_secs;
	bool set_start_time;
	/* Ours: the registered clock. */
	struct rtc_core *core;
};

#define to_rtc_device(d)	container_of(d, struct rtc_device, dev)

#define rtc_lock(d)	mutex_lock(&(d)->ops_lock)
#define rtc_unlock(d)	mutex_unlock(&(d)->ops_lock)

#define RTC_TIMESTAMP_BEGIN_0000	-62167219200ULL
#define RTC_TIMESTAMP_BEGIN_1900	-2208988800LL
#define RTC_TIMESTAMP_BEGIN_2000	946684800LL
#define RTC_TIMESTAMP_END_2063		2966371199LL
#define RTC_TIMESTAMP_END_2079		3471292799LL
#define RTC_TIMESTAMP_END_2099		4102444799LL
#define RTC_TIMESTAMP_END_2199		7258118399LL
#define RTC_TIMESTAMP_END_9999		253402300799LL

struct rtc_device *devm_rtc_device_register(struct device *dev, const char *name,
					    const struct rtc_class_ops *ops, struct module *owner);
struct rtc_device *devm_rtc_allocate_device(struct device *dev);
int __devm_rtc_register_device(struct module *owner, struct rtc_device *rtc);
#define devm_rtc_register_device(device)	__devm_rtc_register_device(THIS_MODULE, device)

int rtc_read_time(struct rtc_device *rtc, struct rtc_time *tm);
int rtc_set_time(struct rtc_device *rtc, struct rtc_time *tm);
int rtc_read_alarm(struct rtc_device *rtc, struct rtc_wkalrm *alarm);
int rtc_set_alarm(struct rtc_device *rtc, struct rtc_wkalrm *alarm);
int rtc_alarm_irq_enable(struct rtc_device *rtc, unsigned int enabled);
int rtc_update_irq_enable(struct rtc_device *rtc, unsigned int enabled);
void rtc_update_irq(struct rtc_device *rtc, unsigned long num, unsigned long events);

struct rtc_device *rtc_class_open(const char *name);
void rtc_class_close(struct rtc_device *rtc);

#define rtc_hctosys_ret	-ENODEV

int devm_rtc_nvmem_register(struct rtc_device *rtc, struct nvmem_config *nvmem_config);

/* There is no sysfs: groups of attributes are not shown anywhere. */
static inline int rtc_add_group(struct rtc_device *rtc, const struct attribute_group *grp)
{
	return 0;
}

static inline int rtc_add_groups(struct rtc_device *rtc, const struct attribute_group **grps)
{
	return 0;
}

#endif
