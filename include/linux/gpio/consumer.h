/* SPDX-License-Identifier: GPL-2.0-only */
/* GPIO lines, for those who use them. */
#ifndef _LINUX_GPIO_CONSUMER_H
#define _LINUX_GPIO_CONSUMER_H

#include <linux/bits.h>
#include <linux/types.h>
#include <linux/err.h>
#include <linux/compiler.h>

struct device;
struct fwnode_handle;
struct gpio_array;
struct gpio_desc;

struct gpio_descs {
	/* NULL: lines of a group are set one after the other. */
	struct gpio_array *info;
	unsigned int ndescs;
	struct gpio_desc *desc[];
};

#define GPIOD_FLAGS_BIT_DIR_SET		BIT(0)
#define GPIOD_FLAGS_BIT_DIR_OUT		BIT(1)
#define GPIOD_FLAGS_BIT_DIR_VAL		BIT(2)
#define GPIOD_FLAGS_BIT_OPEN_DRAIN	BIT(3)
#define GPIOD_FLAGS_BIT_NONEXCLUSIVE	BIT(4)

enum gpiod_flags {
	GPIOD_ASIS = 0,
	GPIOD_IN = GPIOD_FLAGS_BIT_DIR_SET,
	GPIOD_OUT_LOW = GPIOD_FLAGS_BIT_DIR_SET | GPIOD_FLAGS_BIT_DIR_OUT,
	GPIOD_OUT_HIGH = GPIOD_FLAGS_BIT_DIR_SET | GPIOD_FLAGS_BIT_DIR_OUT | GPIOD_FLAGS_BIT_DIR_VAL,
	GPIOD_OUT_LOW_OPEN_DRAIN = GPIOD_OUT_LOW | GPIOD_FLAGS_BIT_OPEN_DRAIN,
	GPIOD_OUT_HIGH_OPEN_DRAIN = GPIOD_OUT_HIGH | GPIOD_FLAGS_BIT_OPEN_DRAIN,
};

int gpiod_count(struct device *dev, const char *con_id);

struct gpio_desc *__must_check gpiod_get(struct device *dev, const char *con_id, enum gpiod_flags flags);
struct gpio_desc *__must_check gpiod_get_index(struct device *dev, const char *con_id, unsigned int idx,
					       enum gpiod_flags flags);
struct gpio_desc *__must_check gpiod_get_optional(struct device *dev, const char *con_id,
						  enum gpiod_flags flags);
struct gpio_desc *__must_check gpiod_get_index_optional(struct device *dev, const char *con_id,
							unsigned int index, enum gpiod_flags flags);
struct gpio_descs *__must_check gpiod_get_array(struct device *dev, const char *con_id,
						enum gpiod_flags flags);
struct gpio_descs *__must_check gpiod_get_array_optional(struct device *dev, const char *con_id,
							 enum gpiod_flags flags);
void gpiod_put(struct gpio_desc *desc);
void gpiod_put_array(struct gpio_descs *descs);

struct gpio_desc *__must_check devm_gpiod_get(struct device *dev, const char *con_id,
					      enum gpiod_flags flags);
struct gpio_desc *__must_check devm_gpiod_get_index(struct device *dev, const char *con_id,
						    unsigned int idx, enum gpiod_flags flags);
struct gpio_desc *__must_check devm_gpiod_get_optional(struct device *dev, const char *con_id,
						       enum gpiod_flags flags);
struct gpio_desc *__must_check devm_gpiod_get_index_optional(struct device *dev, const char *con_id,
							     unsigned int index, enum gpiod_flags flags);
struct gpio_descs *__must_check devm_gpiod_get_array(struct device *dev, const char *con_id,
						     enum gpiod_flags flags);
struct gpio_descs *__must_check devm_gpiod_get_array_optional(struct device *dev, const char *con_id,
							      enum gpiod_flags flags);
void devm_gpiod_put(struct device *dev, struct gpio_desc *desc);
void devm_gpiod_unhinge(struct device *dev, struct gpio_desc *desc);
void devm_gpiod_put_array(struct device *dev, struct gpio_descs *descs);

int gpiod_get_direction(struct gpio_desc *desc);
int gpiod_direction_input(struct gpio_desc *desc);
int gpiod_direction_output(struct gpio_desc *desc, int value);
int gpiod_direction_output_raw(struct gpio_desc *desc, int value);

int gpiod_get_value(const struct gpio_desc *desc);
int gpiod_set_value(struct gpio_desc *desc, int value);
int gpiod_get_raw_value(const struct gpio_desc *desc);
int gpiod_set_raw_value(struct gpio_desc *desc, int value);
int gpiod_get_value_cansleep(const struct gpio_desc *desc);
int gpiod_set_value_cansleep(struct gpio_desc *desc, int value);
int gpiod_get_raw_value_cansleep(const struct gpio_desc *desc);
int gpiod_set_raw_value_cansleep(struct gpio_desc *desc, int value);

int gpiod_get_array_value(unsigned int array_size, struct gpio_desc **desc_array,
			  struct gpio_array *array_info, unsigned long *value_bitmap);
int gpiod_set_array_value(unsigned int array_size, struct gpio_desc **desc_array,
			  struct gpio_array *array_info, unsigned long *value_bitmap);
int gpiod_get_array_value_cansleep(unsigned int array_size, struct gpio_desc **desc_array,
				   struct gpio_array *array_info, unsigned long *value_bitmap);
int gpiod_set_array_value_cansleep(unsigned int array_size, struct gpio_desc **desc_array,
				   struct gpio_array *array_info, unsigned long *value_bitmap);

int gpiod_set_config(struct gpio_desc *desc, unsigned long config);
int gpiod_set_debounce(struct gpio_desc *desc, unsigned int debounce);
void gpiod_toggle_active_low(struct gpio_desc *desc);
int gpiod_is_active_low(const struct gpio_desc *desc);
int gpiod_cansleep(const struct gpio_desc *desc);
int gpiod_to_irq(const struct gpio_desc *desc);
int gpiod_set_consumer_name(struct gpio_desc *desc, const char *name);

struct gpio_desc *gpio_to_desc(unsigned gpio);
int desc_to_gpio(const struct gpio_desc *desc);

struct gpio_desc *fwnode_gpiod_get_index(struct fwnode_handle *fwnode, const char *con_id, int index,
					 enum gpiod_flags flags, const char *label);
struct gpio_desc *devm_fwnode_gpiod_get_index(struct device *dev, struct fwnode_handle *child,
					      const char *con_id, int index, enum gpiod_flags flags,
					      const char *label);

static inline struct gpio_desc *devm_fwnode_gpiod_get(struct device *dev, struct fwnode_handle *fwnode,
						      const char *con_id, enum gpiod_flags flags,
						      const char *label)
{
	return devm_fwnode_gpiod_get_index(dev, fwnode, con_id, 0, flags, label);
}

#endif
