// SPDX-License-Identifier: GPL-2.0-only
//! What can go wrong with the stack.

use alloc::string::String;
use core::fmt;
use smoltcp::wire::{Ipv4Address, Ipv4Cidr};

/// Why the stack does not do it.
#[derive(Debug)]
pub enum Error {
    /// It is not up.
    Down,
    /// It is up already.
    Up {
        /// The switch that it is at.
        switch: String,
    },
    /// It has no address.
    NoAddress,
    /// What is no address.
    Text {
        /// What stands there.
        found: String,
    },
    /// An address that no station can have.
    Address {
        /// The address.
        found: Ipv4Cidr,
    },
    /// A gateway out of reach.
    Gateway {
        /// The gateway.
        found: Ipv4Address,
        /// What can be reached.
        network: Ipv4Cidr,
    },
    /// There is no way to there.
    NoRoute {
        /// Where to.
        to: Ipv4Address,
    },
    /// There is no more room.
    Full {
        /// For what.
        what: &'static str,
    },
    /// The switch's.
    Switch(io::Error),
    /// The kernel's.
    Kernel(kernel::error::Error),
}

/// What the stack gives, or why not.
pub type Result<T> = core::result::Result<T, Error>;

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Error::Switch(error)
    }
}

impl From<kernel::error::Error> for Error {
    fn from(error: kernel::error::Error) -> Self {
        Error::Kernel(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Down => f.write_str("the hypervisor is at no network: 'net up SWITCH' first"),
            Error::Up { switch } => {
                write!(f, "the hypervisor is at switch '{switch}' already: 'net down' first")
            }
            Error::NoAddress => {
                f.write_str("the hypervisor has no address: 'net address ADDRESS/PREFIX' or 'net dhcp' first")
            }
            Error::Text { found } => {
                write!(
                    f,
                    "net.address: found \"{found}\", expected \"dhcp\" or one such as \"10.0.2.15/24,10.0.2.2\""
                )
            }
            Error::Address { found } => write!(f, "{found} can be no station's address"),
            Error::Gateway { found, network } => {
                write!(f, "the gateway {found} is not in the network of {network}")
            }
            Error::NoRoute { to } => write!(f, "{to} is not in the network, and there is no gateway"),
            Error::Full { what } => write!(f, "there is no room for more {what}"),
            Error::Switch(error) => error.fmt(f),
            Error::Kernel(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Error {}
