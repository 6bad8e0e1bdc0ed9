/* SPDX-License-Identifier: GPL-2.0-only */
/* Power management of devices. The system does not sleep here, so only the runtime callbacks are ever called. */
#ifndef _LINUX_PM_H
#define _LINUX_PM_H

#include <linux/export.h>
#include <linux/list.h>
#include <linux/workqueue.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/timer.h>
#include <linux/hrtimer.h>
#include <linux/completion.h>
#include <linux/kernel.h>

struct device;

typedef struct pm_message {
	int event;
} pm_message_t;

struct dev_pm_ops {
	int (*prepare)(struct device *dev);
	void (*complete)(struct device *dev);
	int (*suspend)(struct device *dev);
	int (*resume)(struct device *dev);
	int (*freeze)(struct device *dev);
	int (*thaw)(struct device *dev);
	int (*poweroff)(struct device *dev);
	int (*restore)(struct device *dev);
	int (*suspend_late)(struct device *dev);
	int (*resume_early)(struct device *dev);
	int (*freeze_late)(struct device *dev);
	int (*thaw_early)(struct device *dev);
	int (*poweroff_late)(struct device *dev);
	int (*restore_early)(struct device *dev);
	int (*suspend_noirq)(struct device *dev);
	int (*resume_noirq)(struct device *dev);
	int (*freeze_noirq)(struct device *dev);
	int (*thaw_noirq)(struct device *dev);
	int (*poweroff_noirq)(struct device *dev);
	int (*restore_noirq)(struct device *dev);
	int (*runtime_suspend)(struct device *dev);
	int (*runtime_resume)(struct device *dev);
	int (*runtime_idle)(struct device *dev);
};

#define pm_ptr(_ptr)		PTR_IF(IS_ENABLED(CONFIG_PM), (_ptr))
#define pm_sleep_ptr(_ptr)	PTR_IF(IS_ENABLED(CONFIG_PM_SLEEP), (_ptr))

#define SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn) \
	.suspend = pm_sleep_ptr(suspend_fn), .resume = pm_sleep_ptr(resume_fn), \
	.freeze = pm_sleep_ptr(suspend_fn), .thaw = pm_sleep_ptr(resume_fn), \
	.poweroff = pm_sleep_ptr(suspend_fn), .restore = pm_sleep_ptr(resume_fn),
#define LATE_SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn) \
	.suspend_late = pm_sleep_ptr(suspend_fn), .resume_early = pm_sleep_ptr(resume_fn), \
	.freeze_late = pm_sleep_ptr(suspend_fn), .thaw_early = pm_sleep_ptr(resume_fn), \
	.poweroff_late = pm_sleep_ptr(suspend_fn), .restore_early = pm_sleep_ptr(resume_fn),
#define NOIRQ_SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn) \
	.suspend_noirq = pm_sleep_ptr(suspend_fn), .resume_noirq = pm_sleep_ptr(resume_fn), \
	.freeze_noirq = pm_sleep_ptr(suspend_fn), .thaw_noirq = pm_sleep_ptr(resume_fn), \
	.poweroff_noirq = pm_sleep_ptr(suspend_fn), .restore_noirq = pm_sleep_ptr(resume_fn),
#define RUNTIME_PM_OPS(suspend_fn, resume_fn, idle_fn) \
	.runtime_suspend = suspend_fn, .runtime_resume = resume_fn, .runtime_idle = idle_fn,

#ifdef CONFIG_PM_SLEEP
#define SET_SYSTEM_SLEEP_PM_OPS(s, r)		SYSTEM_SLEEP_PM_OPS(s, r)
#define SET_LATE_SYSTEM_SLEEP_PM_OPS(s, r)	LATE_SYSTEM_SLEEP_PM_OPS(s, r)
#define SET_NOIRQ_SYSTEM_SLEEP_PM_OPS(s, r)	NOIRQ_SYSTEM_SLEEP_PM_OPS(s, r)
#else
#define SET_SYSTEM_SLEEP_PM_OPS(s, r)
#define SET_LATE_SYSTEM_SLEEP_PM_OPS(s, r)
#define SET_NOIRQ_SYSTEM_SLEEP_PM_OPS(s, r)
#endif

#ifdef CONFIG_PM
#define SET_RUNTIME_PM_OPS(s, r, i)		RUNTIME_PM_OPS(s, r, i)
#else
#define SET_RUNTIME_PM_OPS(s, r, i)
#endif

#define _DEFINE_DEV_PM_OPS(name, suspend_fn, resume_fn, runtime_suspend_fn, runtime_resume_fn, idle_fn) \
	const struct dev_pm_ops name = { \
		SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn) \
		RUNTIME_PM_OPS(runtime_suspend_fn, runtime_resume_fn, idle_fn) \
	}
#define DEFINE_SIMPLE_DEV_PM_OPS(name, suspend_fn, resume_fn) \
	_DEFINE_DEV_PM_OPS(name, suspend_fn, resume_fn, NULL, NULL, NULL)
#define DEFINE_NOIRQ_DEV_PM_OPS(name, suspend_fn, resume_fn) \
	const struct dev_pm_ops name = { NOIRQ_SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn) }
#define SIMPLE_DEV_PM_OPS(name, suspend_fn, resume_fn) \
	const struct dev_pm_ops __maybe_unused name = { SET_SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn) }
#define UNIVERSAL_DEV_PM_OPS(name, suspend_fn, resume_fn, idle_fn) \
	const struct dev_pm_ops __maybe_unused name = { \
		SET_SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn) \
		SET_RUNTIME_PM_OPS(suspend_fn, resume_fn, idle_fn) \
	}

/* Everything is in one image: exporting changes nothing but the linkage. */
#define EXPORT_DEV_PM_OPS(name)			const struct dev_pm_ops name
#define EXPORT_GPL_DEV_PM_OPS(name)		const struct dev_pm_ops name
#define EXPORT_NS_DEV_PM_OPS(name, ns)		const struct dev_pm_ops name
#define EXPORT_NS_GPL_DEV_PM_OPS(name, ns)	const struct dev_pm_ops name
#define EXPORT_DEV_SLEEP_PM_OPS(name)		const struct dev_pm_ops name
#define EXPORT_GPL_DEV_SLEEP_PM_OPS(name)	const struct dev_pm_ops name
#define EXPORT_NS_DEV_SLEEP_PM_OPS(name, ns)	const struct dev_pm_ops name
#define EXPORT_NS_GPL_DEV_SLEEP_PM_OPS(name, ns) const struct dev_pm_ops name
#define EXPORT_PM_FN_GPL(name)			EXPORT_SYMBOL_GPL(name)
#define EXPORT_PM_FN_NS_GPL(name, ns)		EXPORT_SYMBOL_NS_GPL(name, ns)
#define EXPORT_SIMPLE_DEV_PM_OPS(name, s, r)	const struct dev_pm_ops name = { SYSTEM_SLEEP_PM_OPS(s, r) }
#define EXPORT_GPL_SIMPLE_DEV_PM_OPS(name, s, r) const struct dev_pm_ops name = { SYSTEM_SLEEP_PM_OPS(s, r) }
#define EXPORT_NS_SIMPLE_DEV_PM_OPS(name, s, r, ns) \
	const struct dev_pm_ops name = { SYSTEM_SLEEP_PM_OPS(s, r) }
#define EXPORT_NS_GPL_SIMPLE_DEV_PM_OPS(name, s, r, ns) \
	const struct dev_pm_ops name = { SYSTEM_SLEEP_PM_OPS(s, r) }

#define PM_EVENT_INVALID	(-1)
#define PM_EVENT_ON		0x0000
#define PM_EVENT_FREEZE		0x0001
#define PM_EVENT_SUSPEND	0x0002
#define PM_EVENT_HIBERNATE	0x0004
#define PM_EVENT_QUIESCE	0x0008
#define PM_EVENT_PRETHAW	PM_EVENT_QUIESCE
#define PM_EVENT_RESUME		0x0010
#define PM_EVENT_THAW		0x0020
#define PM_EVENT_RESTORE	0x0040
#define PM_EVENT_RECOVER	0x0080
#define PM_EVENT_USER		0x0100
#define PM_EVENT_REMOTE		0x0200
#define PM_EVENT_AUTO		0x0400
#define PM_EVENT_SLEEP		(PM_EVENT_SUSPEND | PM_EVENT_HIBERNATE)

#define PMSG_INVALID	((struct pm_message){ .event = PM_EVENT_INVALID })
#define PMSG_ON		((struct pm_message){ .event = PM_EVENT_ON })
#define PMSG_FREEZE	((struct pm_message){ .event = PM_EVENT_FREEZE })
#define PMSG_QUIESCE	((struct pm_message){ .event = PM_EVENT_QUIESCE })
#define PMSG_SUSPEND	((struct pm_message){ .event = PM_EVENT_SUSPEND })
#define PMSG_HIBERNATE	((struct pm_message){ .event = PM_EVENT_HIBERNATE })
#define PMSG_RESUME	((struct pm_message){ .event = PM_EVENT_RESUME })
#define PMSG_THAW	((struct pm_message){ .event = PM_EVENT_THAW })
#define PMSG_RESTORE	((struct pm_message){ .event = PM_EVENT_RESTORE })
#define PMSG_IS_AUTO(msg)	(((msg).event & PM_EVENT_AUTO) != 0)

enum rpm_status {
	RPM_INVALID = -1,
	RPM_ACTIVE = 0,
	RPM_RESUMING,
	RPM_SUSPENDED,
	RPM_SUSPENDING,
	RPM_BLOCKED,
};

enum rpm_request {
	RPM_REQ_NONE = 0,
	RPM_REQ_IDLE,
	RPM_REQ_SUSPEND,
	RPM_REQ_AUTOSUSPEND,
	RPM_REQ_RESUME,
};

struct wakeup_source;
struct wake_irq;
struct pm_domain_data;
struct dev_pm_qos;
struct device_rpm;

struct pm_subsys_data {
	spinlock_t lock;
	unsigned int refcount;
	struct pm_domain_data *domain_data;
};

#define DPM_FLAG_NO_DIRECT_COMPLETE	BIT(0)
#define DPM_FLAG_SMART_PREPARE		BIT(1)
#define DPM_FLAG_SMART_SUSPEND		BIT(2)
#define DPM_FLAG_MAY_SKIP_RESUME	BIT(3)

struct dev_pm_info {
	pm_message_t power_state;
	bool can_wakeup:1;
	bool should_wakeup:1;
	bool async_suspend:1;
	bool no_pm:1;
	u32 driver_flags;
	struct wakeup_source *wakeup;
	struct wake_irq *wakeirq;
	/* The references that keep the device active. */
	atomic_t usage_count;
	/* Ours: the runtime state. Made when first needed; until then runtime management is off. */
	struct device_rpm *rpm;
	struct pm_subsys_data *subsys_data;
	struct dev_pm_qos *qos;
};

struct dev_pm_domain {
	struct dev_pm_ops ops;
	int (*start)(struct device *dev);
	void (*detach)(struct device *dev, bool power_off);
	int (*activate)(struct device *dev);
	void (*sync)(struct device *dev);
	void (*dismiss)(struct device *dev);
	int (*set_performance_state)(struct device *dev, unsigned int state);
};

/* As in a Linux without system sleep. */
#define suspend_report_result(dev, fn, ret)	do { } while (0)
#define pm_generic_suspend	NULL
#define pm_generic_resume	NULL
#define pm_generic_freeze	NULL
#define pm_generic_thaw		NULL
#define pm_generic_restore	NULL
#define pm_generic_poweroff	NULL

#endif
