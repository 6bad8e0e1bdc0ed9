// SPDX-License-Identifier: GPL-2.0-only
//! An Ethernet PHY of 10 and 100 Mbit/s by its registers of IEEE 802.3, clause 22, with a cable and a partner.

/// How long the two sides take to agree, in ns.
pub const AGREEMENT_NS: u64 = 1_500_000_000;

const CONTROL: u8 = 0;
const STATUS: u8 = 1;
const ADVERTISED: u8 = 4;
const PARTNER: u8 = 5;

const RESET: u16 = 1 << 15;
const SPEED_100: u16 = 1 << 13;
const NEGOTIATES: u16 = 1 << 12;
const POWER_DOWN: u16 = 1 << 11;
const RESTART: u16 = 1 << 9;
const DONE: u16 = 1 << 5;
const LINK: u16 = 1 << 2;
/// Both speeds, both ways of duplex, negotiation, no extended registers.
const ABILITIES: u16 = 0x7808;

/// The PHY.
pub struct Phy {
    /// Registers 2 and 3.
    pub id: u32,
    /// What the partner offers, as register 5; none if no cable is plugged in.
    pub partner: Option<u16>,
    control: u16,
    advertised: u16,
    /// From when on they have agreed.
    agreed: Option<u64>,
    /// The link was down since the status was read last: the bit says so once.
    was_down: bool,
}

impl Phy {
    /// A PHY with a partner of 100 Mbit/s full duplex, and with pause frames.
    pub fn new(id: u32) -> Self {
        Self { id, partner: Some(0xc5e1), control: 0x3100, advertised: 0x01e1, agreed: None, was_down: true }
    }

    /// Plugs a cable in, at the other end of which is a partner that offers this, or pulls it out. `now` is the time in ns.
    pub fn plug(&mut self, partner: Option<u16>, now: u64) {
        self.partner = partner;
        self.was_down = true;
        self.agree(now);
    }

    fn agree(&mut self, now: u64) {
        let able = self.partner.is_some() && self.control & (NEGOTIATES | POWER_DOWN) == NEGOTIATES;
        self.agreed = able.then_some(now + AGREEMENT_NS);
        self.was_down = true;
    }

    fn is_up(&self, now: u64) -> bool {
        let forced = self.control & (NEGOTIATES | POWER_DOWN) == 0 && self.partner.is_some();
        forced || self.agreed.is_some_and(|at| at <= now)
    }

    /// What a register reads as. `now` is the time in ns.
    pub fn read(&mut self, register: u8, now: u64) -> u16 {
        match register {
            CONTROL => self.control,
            STATUS => {
                let up = self.is_up(now);
                let shown = up && !core::mem::take(&mut self.was_down);
                let done = self.agreed.is_some_and(|at| at <= now);
                ABILITIES | 1 | if done { DONE } else { 0 } | if shown { LINK } else { 0 }
            }
            2 => (self.id >> 16) as u16,
            3 => self.id as u16,
            ADVERTISED => self.advertised,
            PARTNER if self.agreed.is_some_and(|at| at <= now) => self.partner.unwrap_or(0),
            _ => 0,
        }
    }

    /// A register is written.
    pub fn write(&mut self, register: u8, value: u16, now: u64) {
        match register {
            CONTROL if value & RESET != 0 => {
                (self.control, self.advertised) = (NEGOTIATES | SPEED_100, 0x01e1);
                self.agree(now);
            }
            CONTROL => {
                let before = self.control;
                self.control = value & !RESTART;
                if value & RESTART != 0 || (before ^ value) & (NEGOTIATES | POWER_DOWN) != 0 {
                    self.agree(now);
                }
            }
            ADVERTISED => self.advertised = value,
            _ => {}
        }
    }
}
