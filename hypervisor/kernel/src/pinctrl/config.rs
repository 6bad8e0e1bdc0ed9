// SPDX-License-Identifier: GPL-2.0-only
//! Parameters of pins, as the generic binding has them: a number for which, and an argument, packed in one word.

use crate::dt::Node;
use alloc::vec::Vec;

/// One parameter: its property in the device tree, its number, and its argument where the property has none.
pub struct Parameter {
    /// The property's name.
    pub property: &'static str,
    /// The number.
    pub number: u8,
    /// The argument without a value.
    pub default: u32,
}

const fn p(property: &'static str, number: u8, default: u32) -> Parameter {
    Parameter { property, number, default }
}

/// Pull to neither side.
pub const BIAS_DISABLE: u8 = 1;
/// Pull to ground.
pub const BIAS_PULL_DOWN: u8 = 3;
/// Pull to the supply.
pub const BIAS_PULL_UP: u8 = 5;
/// Drive low only.
pub const DRIVE_OPEN_DRAIN: u8 = 6;
/// Drive high only.
pub const DRIVE_OPEN_SOURCE: u8 = 7;
/// Drive both.
pub const DRIVE_PUSH_PULL: u8 = 8;
/// Ignore what is shorter, in microseconds.
pub const INPUT_DEBOUNCE: u8 = 11;
/// Keep the state over sleep.
pub const PERSIST_STATE: u8 = 21;

/// The parameters of the generic binding (`pinctrl/pincfg-node.yaml`).
pub const PARAMETERS: &[Parameter] = &[
    p("bias-bus-hold", 0, 0),
    p("bias-disable", BIAS_DISABLE, 0),
    p("bias-high-impedance", 2, 0),
    p("bias-pull-up", BIAS_PULL_UP, 1),
    p("bias-pull-pin-default", 4, 1),
    p("bias-pull-down", BIAS_PULL_DOWN, 1),
    p("drive-open-drain", DRIVE_OPEN_DRAIN, 0),
    p("drive-open-source", DRIVE_OPEN_SOURCE, 0),
    p("drive-push-pull", DRIVE_PUSH_PULL, 0),
    p("drive-strength", 9, 0),
    p("drive-strength-microamp", 10, 0),
    p("input-debounce", INPUT_DEBOUNCE, 0),
    p("input-disable", 12, 0),
    p("input-enable", 12, 1),
    p("input-schmitt", 13, 0),
    p("input-schmitt-disable", 14, 0),
    p("input-schmitt-enable", 14, 1),
    p("input-schmitt-microvolts", 15, 0),
    p("low-power-disable", 16, 0),
    p("low-power-enable", 16, 1),
    p("output-high", 18, 1),
    p("output-low", 18, 0),
    p("output-disable", 19, 0),
    p("output-enable", 19, 1),
    p("output-impedance-ohms", 20, 0),
    p("power-source", 22, 0),
    p("skew-delay", 23, 0),
    p("sleep-hardware-state", 24, 0),
    p("slew-rate", 25, 0),
];

/// Packs a parameter and its argument, of which 24 bits count.
pub const fn pack(number: u8, argument: u32) -> u64 {
    number as u64 | (argument as u64 & 0xff_ffff) << 8
}

/// The number of a packed parameter.
pub const fn number(config: u64) -> u8 {
    config as u8
}

/// The argument of a packed parameter.
pub const fn argument(config: u64) -> u32 {
    (config >> 8) as u32 & 0xff_ffff
}

/// The parameters that a node sets. Context: may allocate.
pub fn of_node(node: &Node<'_>) -> Vec<u64> {
    let set = PARAMETERS.iter().filter(|p| node.property(p.property).is_some());
    set.map(|p| pack(p.number, node.u32(p.property).unwrap_or(p.default))).collect()
}
