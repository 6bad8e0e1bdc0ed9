// SPDX-License-Identifier: GPL-2.0-only
//! Sets of link modes: bitmaps, and the words of 32 bits that came before them.

use crate::bindings::{__ETHTOOL_LINK_MODE_MASK_NBITS, ethtool_link_ksettings, ethtool_phy_ops};
use core::ffi::c_ulong;
use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};

crate::exports! {
    family "ethtool";
    [any, supported, "ethtool::tests::sets_of_link_modes"]
    fn ethtool_convert_legacy_u32_to_link_mode(dst: *mut c_ulong, legacy_u32: u32) -> () = from_word;
    [any, supported, "ethtool::tests::sets_of_link_modes"]
    fn ethtool_convert_link_mode_to_legacy_u32(legacy_u32: *mut u32, src: *const c_ulong) -> bool = to_word;
    [any, supported, "ethtool::tests::sets_of_link_modes"]
    fn ethtool_intersect_link_masks(dst: *mut ethtool_link_ksettings, src: *mut ethtool_link_ksettings) -> () = intersect;
    [sleeps, supported, "ethtool::tests::phylib_says_what_it_offers"]
    fn ethtool_set_ethtool_phy_ops(ops: *const ethtool_phy_ops) -> () = set_phy_ops;
}

/// How many words of 64 bits a set has.
pub(super) const WORDS: usize = (__ETHTOOL_LINK_MODE_MASK_NBITS as usize).div_ceil(64);

/// Makes a set of a word.
///
/// # Safety
/// `dst` is a set.
pub(super) unsafe fn from_word(dst: *mut c_ulong, word: u32) {
    // SAFETY: the caller's set.
    let set = unsafe { core::slice::from_raw_parts_mut(dst, WORDS) };
    set.fill(0);
    if let Some(first) = set.first_mut() {
        *first = word.into();
    }
}

/// Makes a word of a set; whether nothing was lost.
///
/// # Safety
/// `src` is a set, `word` a variable.
pub(super) unsafe fn to_word(word: *mut u32, src: *const c_ulong) -> bool {
    // SAFETY: the caller's set and variable.
    unsafe {
        let set = core::slice::from_raw_parts(src, WORDS);
        let (first, rest) = set.split_first().map_or((0, set), |(first, rest)| (*first, rest));
        *word = first as u32;
        first >> 32 == 0 && rest.iter().all(|w| *w == 0)
    }
}

/// Leaves in `dst` what both support and both advertise.
///
/// # Safety
/// Both are settings, and not the same.
pub(super) unsafe fn intersect(dst: *mut ethtool_link_ksettings, src: *mut ethtool_link_ksettings) {
    // SAFETY: the caller's settings.
    let (dst, src) = unsafe { (&mut (*dst).link_modes, &(*src).link_modes) };
    dst.supported.iter_mut().zip(&src.supported).for_each(|(to, from)| *to &= from);
    dst.advertising.iter_mut().zip(&src.advertising).for_each(|(to, from)| *to &= from);
}

/// What phylib offers for PHYs besides what drivers of MACs call.
static PHY_OPS: AtomicPtr<ethtool_phy_ops> = AtomicPtr::new(core::ptr::null_mut());

/// Phylib says what can be asked of PHYs, or with null that it is gone.
pub(super) fn set_phy_ops(ops: *const ethtool_phy_ops) {
    PHY_OPS.store(ops.cast_mut(), Relaxed);
    // From now on there are PHYs to be shown.
    super::phys::show();
}

/// What phylib said.
#[cfg(test)]
pub(super) fn phy_ops() -> *const ethtool_phy_ops {
    PHY_OPS.load(Relaxed)
}
