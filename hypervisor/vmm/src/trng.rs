// SPDX-License-Identifier: GPL-2.0-only
//! The TRNG firmware interface towards guests (Arm DEN 0098): offered where the CPU has a source of entropy (FEAT_RNG).

use arch::frame::GuestFrame;

const VERSION: u32 = 0x8400_0050;
const FEATURES: u32 = 0x8400_0051;
const GET_UUID: u32 = 0x8400_0052;
const RND32: u32 = 0x8400_0053;
const RND64: u32 = 0xc400_0053;

const NOT_SUPPORTED: u64 = -1i64 as u64;
const INVALID_PARAMETERS: u64 = -2i64 as u64;
const NO_ENTROPY: u64 = -3i64 as u64;
/// Version 1.0.
const VERSION_1_0: u64 = 1 << 16;
/// What identifies this source.
const UUID: [u32; 4] = [0x9b1c_7a02, 0x4fd8_56e3, 0xa1c0_8d77, 0x20f4_3be9];

/// 64 random bits of the CPU, `None` if it has none at the moment.
pub type Source = fn() -> Option<u64>;

/// Whether a call is one of these.
#[inline]
pub fn owns(function: u32) -> bool {
    matches!(function, VERSION | FEATURES | GET_UUID | RND32 | RND64)
}

/// Answers the call if it is one of these. `source` is `None` where there is none: then nothing of this exists.
/// Context: exit path.
pub fn call(frame: &mut GuestFrame, function: u32, source: Option<Source>) -> bool {
    let Some(source) = source else { return false };
    match function {
        VERSION => frame.x[0] = VERSION_1_0,
        FEATURES => {
            let known = owns(frame.x[1] as u32);
            frame.x[0] = if known { 0 } else { NOT_SUPPORTED };
        }
        GET_UUID => frame.x[..4].copy_from_slice(&UUID.map(u64::from)),
        RND32 => random(frame, source, 32),
        RND64 => random(frame, source, 64),
        _ => return false,
    }
    true
}

/// The bits that x1 asks for, in the low ends of x3, x2 and x1, `width` bits each; 0 above.
fn random(frame: &mut GuestFrame, source: Source, width: u64) {
    let bits = if width == 32 { frame.x[1] & 0xffff_ffff } else { frame.x[1] };
    if bits == 0 || bits > 3 * width {
        (frame.x[0], frame.x[1], frame.x[2], frame.x[3]) = (INVALID_PARAMETERS, 0, 0, 0);
        return;
    }
    let mut words = [0u64; 3];
    for (n, word) in (0..).zip(&mut words) {
        let left = bits.saturating_sub(n * width).min(width);
        if left == 0 {
            break;
        }
        let Some(value) = source() else {
            (frame.x[0], frame.x[1], frame.x[2], frame.x[3]) = (NO_ENTROPY, 0, 0, 0);
            return;
        };
        *word = value & (u64::MAX >> (64 - left));
    }
    (frame.x[0], frame.x[3], frame.x[2], frame.x[1]) = (0, words[0], words[1], words[2]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(function: u32, argument: u64, source: Option<Source>) -> Option<[u64; 4]> {
        let mut frame = GuestFrame::new(core::ptr::null());
        frame.x[1] = argument;
        call(&mut frame, function, source).then(|| [frame.x[0], frame.x[1], frame.x[2], frame.x[3]])
    }

    const ONES: Option<Source> = Some(|| Some(u64::MAX));

    #[test]
    fn nothing_exists_without_a_source() {
        assert_eq!(ask(VERSION, 0, None), None);
        assert_eq!(ask(RND64, 8, None), None);
    }

    #[test]
    fn bits_come_as_asked() {
        assert_eq!(ask(VERSION, 0, ONES).unwrap()[0], VERSION_1_0);
        assert_eq!(ask(RND64, 65, ONES), Some([0, 0, 1, u64::MAX]));
        assert_eq!(ask(RND64, 192, ONES), Some([0, u64::MAX, u64::MAX, u64::MAX]));
        assert_eq!(ask(RND32, 40, ONES), Some([0, 0, 0xff, 0xffff_ffff]));
    }

    #[test]
    fn bad_requests_and_a_dry_source() {
        for (function, bits) in [(RND64, 0), (RND64, 193), (RND32, 97)] {
            assert_eq!(ask(function, bits, ONES), Some([INVALID_PARAMETERS, 0, 0, 0]));
        }
        assert_eq!(ask(RND64, 8, Some(|| None)), Some([NO_ENTROPY, 0, 0, 0]));
        assert_eq!(ask(FEATURES, 0x8400_0054, ONES).unwrap()[0], NOT_SUPPORTED);
    }
}
