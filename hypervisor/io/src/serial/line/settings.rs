// SPDX-License-Identifier: GPL-2.0-only
//! The parameters of a line, its modem signals and its counters.

use core::fmt;
use core::str::FromStr;

use crate::Fault;

/// Which bit follows the data bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parity {
    /// None.
    #[default]
    None,
    /// One that makes the number of ones odd.
    Odd,
    /// One that makes the number of ones even.
    Even,
    /// One that is set.
    Mark,
    /// One that is clear.
    Space,
}

/// Letters of parities, in the order of their declaration.
const PARITIES: &[(u8, Parity)] = &[
    (b'n', Parity::None),
    (b'o', Parity::Odd),
    (b'e', Parity::Even),
    (b'm', Parity::Mark),
    (b's', Parity::Space),
];

impl Parity {
    /// Its letter: `n`, `o`, `e`, `m` or `s`.
    pub fn letter(self) -> char {
        PARITIES.iter().find(|(_, parity)| *parity == self).map_or('n', |(letter, _)| char::from(*letter))
    }
}

/// How a receiver that is full stops the other side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// It cannot.
    #[default]
    None,
    /// By the signals RTS and CTS.
    Hardware,
    /// By the characters XON and XOFF.
    Software,
}

impl Flow {
    /// Its name: `none`, `rtscts` or `xonxoff`.
    pub fn name(self) -> &'static str {
        match self {
            Flow::None => "none",
            Flow::Hardware => "rtscts",
            Flow::Software => "xonxoff",
        }
    }
}

impl FromStr for Flow {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        [Flow::None, Flow::Hardware, Flow::Software]
            .into_iter()
            .find(|flow| flow.name() == text)
            .ok_or(Fault::Invalid)
    }
}

/// How characters are sent and received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Bits a second.
    pub baud: u32,
    /// Data bits of a character, 5 to 8.
    pub bits: u8,
    /// Parity.
    pub parity: Parity,
    /// Stop bits, 1 or 2.
    pub stop: u8,
    /// Flow control.
    pub flow: Flow,
}

impl Default for Settings {
    /// 115200 8N1 without flow control.
    fn default() -> Self {
        Self { baud: 115_200, bits: 8, parity: Parity::None, stop: 1, flow: Flow::None }
    }
}

impl Settings {
    /// Whether some UART could have these.
    ///
    /// # Errors
    /// [`Fault::Invalid`].
    pub fn check(&self) -> Result<(), Fault> {
        let fits = self.baud > 0 && (5..=8).contains(&self.bits) && (1..=2).contains(&self.stop);
        if fits { Ok(()) } else { Err(Fault::Invalid) }
    }

    /// Sets data bits, parity and stop bits from their short form, such as `8n1`.
    ///
    /// # Errors
    /// [`Fault::Invalid`] if it is not one.
    pub fn set_frame(&mut self, text: &str) -> Result<(), Fault> {
        let &[bits, parity, stop] = text.as_bytes() else { return Err(Fault::Invalid) };
        let parity = PARITIES.iter().find(|(letter, _)| *letter == parity.to_ascii_lowercase());
        let (_, parity) = *parity.ok_or(Fault::Invalid)?;
        let new = Settings { bits: bits.wrapping_sub(b'0'), parity, stop: stop.wrapping_sub(b'0'), ..*self };
        new.check()?;
        *self = new;
        Ok(())
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}{}", self.baud, self.bits, self.parity.letter(), self.stop)
    }
}

/// The signals of a line: those that the other side sets, and those that this side does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modem {
    /// Clear to send, from the other side.
    pub cts: bool,
    /// Data set ready, from the other side.
    pub dsr: bool,
    /// Carrier, from the other side.
    pub dcd: bool,
    /// Ring, from the other side.
    pub ri: bool,
    /// Request to send, ours.
    pub rts: bool,
    /// Data terminal ready, ours.
    pub dtr: bool,
}

/// What a UART has seen since it was registered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Characters received, those with errors among them.
    pub rx: u64,
    /// Characters sent.
    pub tx: u64,
    /// Characters without a stop bit.
    pub frame: u64,
    /// Characters with a wrong parity.
    pub parity: u64,
    /// Times that the UART's own FIFO overran.
    pub overrun: u64,
    /// Breaks.
    pub breaks: u64,
}
