// SPDX-License-Identifier: GPL-2.0-only
//! Properties of a host's node (Linux: Documentation/devicetree/bindings/mmc/mmc-controller-common.yaml).

use super::wrap::parent;
use crate::bindings::{device, mmc_clk_phase_map, mmc_host};
use crate::errno::{Errno, Result, int_to_c, to_c};
use crate::of::Node;
use core::ffi::c_int;

exports! {
    family "mmc";
    [sleeps, supported, "mmc::tests::properties_become_capabilities"]
    fn mmc_of_parse(host: *mut mmc_host) -> c_int = parse;
    [any, supported, "mmc::tests::ranges_of_voltage"]
    fn mmc_of_parse_voltage(host: *mut mmc_host, mask: *mut u32) -> c_int = parse_voltage;
    [any, supported, "mmc::tests::properties_become_capabilities"]
    fn mmc_of_parse_clk_phase(dev: *mut device, map: *mut mmc_clk_phase_map) = parse_clk_phase;
}

/// Properties without value, and the bits of `caps` that they set.
const CAPS: &[(&[u8], u32)] = &[
    (b"cap-sd-highspeed", 1 << 2),
    (b"cap-mmc-highspeed", 1 << 1),
    (b"sd-uhs-sdr12", 1 << 16),
    (b"sd-uhs-sdr25", 1 << 17),
    (b"sd-uhs-sdr50", 1 << 18),
    (b"sd-uhs-sdr104", 1 << 19),
    (b"sd-uhs-ddr50", 1 << 20),
    (b"cap-power-off-card", 1 << 14),
    (b"cap-mmc-hw-reset", 1 << 31),
    (b"cap-sdio-irq", 1 << 3),
    (b"mmc-ddr-3_3v", 1 << 11),
    (b"mmc-ddr-1_8v", 1 << 12),
    (b"mmc-ddr-1_2v", 1 << 13),
];

/// Those that set bits of `caps2`.
const CAPS2: &[(&[u8], u32)] = &[
    (b"full-pwr-cycle", 1 << 2),
    (b"full-pwr-cycle-in-suspend", 1 << 3),
    (b"mmc-hs200-1_8v", 1 << 5),
    (b"mmc-hs200-1_2v", 1 << 6),
    (b"mmc-hs400-1_8v", 1 << 15 | 1 << 5),
    (b"mmc-hs400-1_2v", 1 << 16 | 1 << 6),
    (b"mmc-hs400-enhanced-strobe", 1 << 20),
    (b"no-sdio", 1 << 19),
    (b"no-sd", 1 << 21),
    (b"no-mmc", 1 << 22),
    (b"disable-wp", 1 << 18),
];

/// `caps`: a card that does not go; a slot that has to be polled. `caps2`: lines that are the other way round.
const NON_REMOVABLE: u32 = 1 << 8;
const NEEDS_POLL: u32 = 1 << 5;
const CD_ACTIVE_HIGH: u32 = 1 << 10;
const RO_ACTIVE_HIGH: u32 = 1 << 11;
/// `caps2`: HS400 in all its forms.
const HS400: u32 = 1 << 15 | 1 << 16 | 1 << 20;
/// How long a slot's contacts may chatter, in ms, if the tree does not say.
const DEBOUNCE_MS: u32 = 200;

/// Takes over what the host's node says; lines for card detection and write protection are requested.
pub(super) unsafe fn parse(host: *mut mmc_host) -> c_int {
    // SAFETY: the caller's host and its device.
    to_c(unsafe { try_parse(host) })
}

unsafe fn try_parse(host: *mut mmc_host) -> Result<()> {
    // SAFETY: the caller's host and its device, whose node is of the tree or null.
    let (h, node) = unsafe {
        let dev = parent(host).as_ref();
        (&mut *host, dev.and_then(|dev| Node::from_raw(dev.of_node)))
    };
    let Some(node) = node else { return Ok(()) };
    apply(node, h)?;
    if h.caps & NON_REMOVABLE == 0 {
        let ms = node.u32(b"cd-debounce-delay-ms").unwrap_or(DEBOUNCE_MS);
        // SAFETY: the caller's host.
        unsafe { super::gpio::from_tree(host, b"cd", ms) }?;
    }
    // SAFETY: the caller's host.
    unsafe { super::gpio::from_tree(host, b"wp", 0) }
}

/// What the node says of the host itself.
pub(super) fn apply(node: Node, h: &mut mmc_host) -> Result<()> {
    let has = |name: &[u8]| node.property(name).is_some();
    h.caps |= match node.u32(b"bus-width").unwrap_or(1) {
        8 => 1 << 6 | 1,
        4 => 1,
        1 => 0,
        other => {
            log::error!("{}: bus-width is {other}, expected 1, 4 or 8", node.path());
            return Err(Errno::EINVAL);
        }
    };
    if let Some(max) = node.u32(b"max-frequency") {
        h.f_max = max;
    }
    if has(b"non-removable") {
        h.caps |= NON_REMOVABLE;
    } else if has(b"broken-cd") {
        h.caps |= NEEDS_POLL;
    }
    if has(b"cd-inverted") {
        h.caps2 |= CD_ACTIVE_HIGH;
    }
    if has(b"wp-inverted") {
        h.caps2 |= RO_ACTIVE_HIGH;
    }
    h.caps |= CAPS.iter().filter(|(name, _)| has(name)).fold(0, |all, (_, bits)| all | bits);
    h.caps2 |= CAPS2.iter().filter(|(name, _)| has(name)).fold(0, |all, (_, bits)| all | bits);
    if has(b"no-mmc-hs400") {
        h.caps2 &= !HS400;
    }
    if let Some(kind) = node.u32(b"fixed-emmc-driver-type") {
        match h.caps & NON_REMOVABLE {
            0 => log::warn!("{}: fixed-emmc-driver-type is for cards that are soldered in", node.path()),
            _ => h.fixed_drv_type = kind as c_int,
        }
    }
    if let Some(dsr) = node.u32(b"dsr") {
        if dsr & !0xffff != 0 {
            log::error!("{}: dsr is {dsr:#x}, expected 16 bits", node.path());
        } else {
            h.dsr_req = 1;
            h.dsr = dsr;
        }
    }
    if let Some(ms) = node.u32(b"post-power-on-delay-ms") {
        h.ios.power_delay_ms = ms;
    }
    if has(b"mmc-pwrseq") {
        log::error!("{}: power sequences (mmc-pwrseq) are not supported", node.path());
        return Err(Errno::EOPNOTSUPP);
    }
    Ok(())
}

/// OCR bits of a range of voltage in mV; 0 if there are none.
pub(super) fn ocr_bits(low: u32, high: u32) -> u32 {
    if high < low {
        return 0;
    }
    // Bit 7 is 1.65 to 1.95 V; bit 8 on, 2.0 to 2.1 V and so on in steps of 0.1 V.
    let bit = |mv: u32, up: bool| match mv {
        1650..=1950 => Some(7),
        2000..=3600 => Some((if up { mv.div_ceil(100) } else { mv / 100 } - 12).min(23)),
        _ => None,
    };
    let (Some(first), Some(last)) = (bit(low, true), bit(high, false)) else { return 0 };
    (first..=last).fold(0, |all, bit| all | 1 << bit)
}

/// Adds the OCR bits of `voltage-ranges` to `mask`: 1 if there were any, 0 without the property, `-EINVAL` if malformed.
unsafe fn parse_voltage(host: *mut mmc_host, mask: *mut u32) -> c_int {
    // SAFETY: the caller's host, its device, and place for the mask.
    unsafe {
        let node = parent(host).as_ref().and_then(|dev| Node::from_raw(dev.of_node));
        int_to_c(node.map_or(Ok(0), |node| voltages(node, &mut *mask)))
    }
}

fn voltages(node: Node, mask: &mut u32) -> Result<c_int> {
    let Some(ranges) = node.property(b"voltage-ranges") else { return Ok(0) };
    let mut cells = ranges.cells();
    let mut any = false;
    while let (Some(low), Some(high)) = (cells.next(), cells.next()) {
        let bits = ocr_bits(low, high);
        if bits == 0 {
            log::error!("{}: voltage-ranges: nothing between {low} and {high} mV", node.path());
            return Err(Errno::EINVAL);
        }
        *mask |= bits;
        any = true;
    }
    if any { Ok(1) } else { Err(Errno::EINVAL) }
}

/// Phases of the clock for each timing: pairs of degrees in `clk-phase-TIMING`.
unsafe fn parse_clk_phase(dev: *mut device, map: *mut mmc_clk_phase_map) {
    const NAMES: [&[u8]; 11] = [
        b"clk-phase-legacy",
        b"clk-phase-mmc-hs",
        b"clk-phase-sd-hs",
        b"clk-phase-uhs-sdr12",
        b"clk-phase-uhs-sdr25",
        b"clk-phase-uhs-sdr50",
        b"clk-phase-uhs-sdr104",
        b"clk-phase-uhs-ddr50",
        b"clk-phase-mmc-ddr52",
        b"clk-phase-mmc-hs200",
        b"clk-phase-mmc-hs400",
    ];
    // SAFETY: the caller's device and map.
    let (node, map) = unsafe { (dev.as_ref().and_then(|dev| Node::from_raw(dev.of_node)), &mut *map) };
    for (phase, name) in map.phase.iter_mut().zip(NAMES) {
        let mut cells = node.and_then(|node| node.property(name)).into_iter().flat_map(|p| p.cells());
        let pair = (cells.next(), cells.next());
        phase.valid = matches!(pair, (Some(_), Some(_)));
        phase.in_deg = pair.0.unwrap_or(0) as u16;
        phase.out_deg = pair.1.unwrap_or(0) as u16;
    }
}
