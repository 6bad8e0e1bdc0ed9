// SPDX-License-Identifier: GPL-2.0-only
//! The cards' registers: CID, CSD, SCR, SSR, switch status (SD 5), EXT_CSD (eMMC 7.4).

use super::{MmcError, Result};
use alloc::format;
use alloc::string::String;

/// Bytes of a block of data.
pub(super) const BLOCK: u64 = 512;

/// What a card is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardKind {
    /// SD, addressed by bytes, up to 2 GiB.
    Sdsc,
    /// SD, addressed by blocks, up to 32 GiB.
    Sdhc,
    /// SD, addressed by blocks, above 32 GiB.
    Sdxc,
    /// MMC or eMMC.
    Mmc,
}

impl CardKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            CardKind::Sdsc => "SDSC",
            CardKind::Sdhc => "SDHC",
            CardKind::Sdxc => "SDXC",
            CardKind::Mmc => "eMMC",
        }
    }
}

/// `len` bits, at most 32, from bit `start` on, of a register of 128 bits whose first word is the most significant.
pub(super) fn bits(register: &[u32; 4], start: u32, len: u32) -> u32 {
    let all = register.iter().fold(0u128, |all, word| all << 32 | u128::from(*word));
    (all >> start) as u32 & u32::MAX.checked_shr(32 - len).unwrap_or(0)
}

/// What a card says who it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cid(pub(super) [u32; 4]);

impl Cid {
    /// Maker, product and serial number, for people. In eMMC, fields lie elsewhere (eMMC 7.2).
    pub(super) fn describe(&self, mmc: bool) -> String {
        let (start, count, serial) = if mmc { (56, 6, 16) } else { (64, 5, 24) };
        let product = (0..count).rev().map(|n| bits(&self.0, start + 8 * n, 8) as u8);
        let product: String =
            product.map(|b| if b.is_ascii_graphic() { char::from(b) } else { ' ' }).collect();
        let product = product.trim();
        format!("{product}, maker {:#04x}, serial {:#010x}", bits(&self.0, 120, 8), bits(&self.0, serial, 32))
    }
}

/// What matters of the CSD register (SD 5.3, eMMC 7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Csd {
    /// Blocks of 512 bytes; of an eMMC beyond 2 GiB, the number is in EXT_CSD.
    pub(super) blocks: u64,
    /// Command classes.
    pub(super) classes: u32,
    /// Fastest clock, in Hz.
    pub(super) clock: u32,
    /// Whether it is write protected, for good or for now.
    pub(super) protected: bool,
    /// eMMC: version of the specification.
    pub(super) version: u32,
    /// Whether it is addressed by blocks (SD).
    pub(super) by_blocks: bool,
}

/// Class of the command SWITCH (SD).
pub(super) const CLASS_SWITCH: u32 = 1 << 10;
/// Class of the erase commands.
pub(super) const CLASS_ERASE: u32 = 1 << 5;
/// Class of block writes.
pub(super) const CLASS_WRITE: u32 = 1 << 4;

impl Csd {
    fn common(raw: &[u32; 4]) -> Self {
        const UNITS: [u32; 4] = [10_000, 100_000, 1_000_000, 10_000_000];
        const TENTHS: [u32; 16] = [0, 10, 12, 13, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 70, 80];
        let unit = UNITS.get(bits(raw, 96, 3) as usize).copied().unwrap_or(0);
        let value = TENTHS.get(bits(raw, 99, 4) as usize).copied().unwrap_or(0);
        Self {
            blocks: 0,
            classes: bits(raw, 84, 12),
            clock: unit * value,
            protected: bits(raw, 12, 2) != 0,
            version: bits(raw, 122, 4),
            by_blocks: false,
        }
    }

    /// Capacity by C_SIZE, C_SIZE_MULT and READ_BL_LEN.
    fn small_capacity(raw: &[u32; 4]) -> u64 {
        let (size, mult, len) = (bits(raw, 62, 12), bits(raw, 47, 3), bits(raw, 80, 4));
        (u64::from(size + 1) << (mult + 2)) << len >> 9
    }

    /// That of an SD card.
    pub(super) fn sd(raw: &[u32; 4]) -> Result<Self> {
        let csd = Self::common(raw);
        match bits(raw, 126, 2) {
            0 => Ok(Self { blocks: Self::small_capacity(raw), ..csd }),
            1 => Ok(Self { blocks: (u64::from(bits(raw, 48, 22)) + 1) << 10, by_blocks: true, ..csd }),
            _ => Err(MmcError::Unknown("the card's CSD register has an unknown version")),
        }
    }

    /// That of an eMMC.
    pub(super) fn mmc(raw: &[u32; 4]) -> Self {
        Self { blocks: Self::small_capacity(raw), ..Self::common(raw) }
    }
}

/// What matters of the SCR register (SD 5.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scr {
    /// Version of the specification: 0 is 1.0, 1 is 1.1, 2 is 2.0 or later.
    pub(super) version: u8,
    /// 4 data lines.
    pub(super) width_4: bool,
    /// SET_BLOCK_COUNT.
    pub(super) cmd23: bool,
    /// What erased blocks read as.
    pub(super) erased_ones: bool,
}

impl Scr {
    /// Reads 8 bytes.
    pub(super) fn parse(raw: &[u8]) -> Self {
        let byte = |at: usize| raw.get(at).copied().unwrap_or(0);
        Self {
            version: byte(0) & 0xf,
            width_4: byte(1) & 0x4 != 0,
            cmd23: byte(3) & 0x2 != 0,
            erased_ones: byte(1) & 0x80 != 0,
        }
    }
}

/// The status of SWITCH (SD 4.3.10.4), 64 bytes: which functions of group 1 there are, and which one was chosen.
pub(super) struct SwitchStatus {
    /// Bit n: function n of group 1, the bus speeds.
    pub(super) speeds: u8,
    /// The function of group 1 that is chosen; 15 if it cannot be.
    pub(super) chosen: u8,
}

impl SwitchStatus {
    /// Reads 64 bytes.
    pub(super) fn parse(raw: &[u8]) -> Self {
        let byte = |at: usize| raw.get(at).copied().unwrap_or(0);
        Self { speeds: byte(13), chosen: byte(16) & 0xf }
    }
}

/// Allocation unit of an SD card in bytes (SD 4.10.2, AU_SIZE in the SSR register, 64 bytes); 0 if it does not say.
pub(super) fn allocation_unit(ssr: &[u8]) -> u64 {
    const LARGE: [u64; 6] = [12, 16, 24, 32, 48, 64];
    match ssr.get(10).map_or(0, |byte| byte >> 4) {
        0 => 0,
        n @ 1..=9 => (16 << 10) << (n - 1),
        n => LARGE.get(usize::from(n) - 10).copied().unwrap_or(64) << 20,
    }
}

/// Fields of EXT_CSD that are written (eMMC 7.4).
pub(super) const EXT_CACHE_CTRL: u8 = 33;
pub(super) const EXT_FLUSH_CACHE: u8 = 32;
pub(super) const EXT_ERASE_GROUP_DEF: u8 = 175;
pub(super) const EXT_BUS_WIDTH: u8 = 183;
pub(super) const EXT_HS_TIMING: u8 = 185;

/// What matters of EXT_CSD.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ExtCsd {
    /// Blocks of 512 bytes.
    pub(super) blocks: u64,
    /// DEVICE_TYPE: bit 0 26 MHz, 1 52 MHz, 2 DDR52 at 1.8 or 3 V, 4 HS200 at 1.8 V.
    pub(super) types: u8,
    /// KiB of the cache / 8.
    pub(super) cache: u32,
    /// Revision.
    pub(super) revision: u8,
    /// Blocks of an erase group with ERASE_GROUP_DEF.
    pub(super) erase_group: u32,
    /// Longest time of a SWITCH, in ms.
    pub(super) switch_ms: u32,
    /// Longest time of erasing a group, in ms.
    pub(super) erase_ms: u32,
}

impl ExtCsd {
    /// Reads 512 bytes.
    pub(super) fn parse(raw: &[u8]) -> Self {
        let byte = |at: usize| raw.get(at).copied().unwrap_or(0);
        let word = |at: usize| u32::from_le_bytes([byte(at), byte(at + 1), byte(at + 2), byte(at + 3)]);
        Self {
            blocks: u64::from(word(212)),
            types: byte(196),
            cache: word(249),
            revision: byte(192),
            erase_group: u32::from(byte(224)) << 10,
            switch_ms: u32::from(byte(248)) * 10,
            erase_ms: u32::from(byte(223)) * 300,
        }
    }
}
