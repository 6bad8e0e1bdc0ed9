// SPDX-License-Identifier: GPL-2.0-only
//! `i2c`: the host's I2C buses and what is on them.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Write;

use io::i2c::{self, Adapter};

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::hexdump::{self, ROW};
use crate::value::{Record, Table, Value, clean};

const BUS: Param = Param::one("BUS", Kind::Word);
const ADDRESS: Param = Param::one("ADDRESS", Kind::Number);

/// `i2c`
pub const COMMAND: Command = Command {
    name: "i2c",
    summary: "the host's I2C buses and what is on them",
    actions: &[
        Action {
            name: "list",
            params: &[],
            json: true,
            summary: "list the buses and the devices that the device tree or drivers put on them",
            help: "",
            run: list,
        },
        Action {
            name: "detect",
            params: &[BUS],
            json: true,
            summary: "list the addresses at which something answers",
            help: "BUS is 'i2c-N', its number, or the name of the adapter's device. Addresses in use are not asked.",
            run: detect,
        },
        Action {
            name: "get",
            params: &[
                BUS,
                ADDRESS,
                Param::one("REGISTER", Kind::Number),
                Param::optional("COUNT", Kind::Number),
            ],
            json: true,
            summary: "read a device's registers, one byte unless told how many",
            help: "",
            run: get,
        },
        Action {
            name: "set",
            params: &[BUS, ADDRESS, Param::one("REGISTER", Kind::Number), Param::any("VALUE", Kind::Number)],
            json: true,
            summary: "write bytes into a device's registers",
            help: "",
            run: set,
        },
        Action {
            name: "dump",
            params: &[BUS, ADDRESS],
            json: true,
            summary: "show all 256 registers of a device",
            help: "",
            run: dump,
        },
        Action {
            name: "recover",
            params: &[BUS],
            json: true,
            summary: "free a bus that a device holds",
            help: "",
            run: recover,
        },
    ],
};

fn find(ctx: &Ctx<'_>) -> Result<Arc<Adapter>, Error> {
    let name = ctx.arg(0).unwrap_or_default();
    i2c::find(name).ok_or_else(|| Error::argument("BUS", clean(name), "a bus that 'i2c list' shows"))
}

/// A number below `limit` in the place `n`.
fn small(ctx: &Ctx<'_>, n: usize, what: &'static str, limit: u64) -> Result<usize, Error> {
    let number = ctx.number(n).filter(|n| *n < limit).and_then(|n| usize::try_from(n).ok());
    number.ok_or_else(|| {
        let mut expected = String::new();
        write!(expected, "a number below {limit:#x}").ok();
        Error::argument(what, ctx.arg(n).unwrap_or_default(), expected)
    })
}

fn address(ctx: &Ctx<'_>) -> Result<u16, Error> {
    small(ctx, 1, "ADDRESS", 0x80).map(|a| a as u16)
}

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&["BUS", "DEVICE", "ADAPTER", "ADDRESS", "NAME", "DRIVER"]);
    for bus in i2c::list() {
        let info = bus.info();
        let head = || [bus.name().into(), info.device.as_str().into(), info.name.as_str().into()];
        let clients = bus.clients();
        if clients.is_empty() {
            table.row(head());
        }
        for client in clients {
            let rest = [Value::Hex(client.address.into()), client.name.into(), client.driver.into()];
            table.row(head().into_iter().chain(rest));
        }
    }
    ctx.show(table)
}

fn detect(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let bus = find(ctx)?;
    let known = bus.clients();
    let mut table = Table::new(&["ADDRESS", "STATE"]);
    for address in 0x08..0x78 {
        if ctx.shell.interrupted() {
            return Err(Error::Interrupted);
        }
        let state = match known.iter().find(|c| c.address == address && !c.ten_bits) {
            Some(client) => Value::from(client.name.as_str()),
            None if bus.probe(address).map_err(Error::failed)? => Value::from("answers"),
            None => continue,
        };
        table.row([Value::Hex(address.into()), state]);
    }
    ctx.show(table)
}

fn read(ctx: &mut Ctx<'_>, register: usize, count: usize) -> Result<(), Error> {
    let bus = find(ctx)?;
    let mut bytes = vec![0; count];
    bus.write_read(address(ctx)?, &mut [register as u8], &mut bytes).map_err(Error::failed)?;
    if ctx.json || count == 1 {
        let mut hex = String::new();
        bytes.iter().try_for_each(|b| write!(hex, "{b:02x}"))?;
        return ctx.show(Record::new().with("register", Value::Hex(register as u64)).with("bytes", hex));
    }
    for (n, row) in bytes.chunks(ROW).enumerate() {
        let row: Vec<Option<u8>> = row.iter().copied().map(Some).collect();
        hexdump::row(ctx, (register + n * ROW) as u64, &row)?;
    }
    Ok(())
}

fn get(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let register = small(ctx, 2, "REGISTER", 0x100)?;
    let count = if ctx.arg(3).is_some() { small(ctx, 3, "COUNT", 0x101)? } else { 1 };
    read(ctx, register, count.max(1))
}

fn dump(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    read(ctx, 0, 256)
}

fn set(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let bus = find(ctx)?;
    let mut bytes = vec![small(ctx, 2, "REGISTER", 0x100)? as u8];
    for n in 3..ctx.args().len() {
        bytes.push(small(ctx, n, "VALUE", 0x100)? as u8);
    }
    bus.write_read(address(ctx)?, &mut bytes, &mut []).map_err(Error::failed)?;
    ctx.done("written")
}

fn recover(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    find(ctx)?.recover().map_err(Error::failed)?;
    ctx.done("the bus is free")
}

#[cfg(test)]
mod tests {
    use crate::fake::output;
    use io::Fault;
    use io::i2c::{Bus, Client, Functions, Info, Msg};
    use std::sync::Mutex;

    struct Fake(Mutex<[u8; 256]>);

    impl Bus for Fake {
        fn transfer(&self, messages: &mut [Msg<'_>]) -> Result<usize, Fault> {
            let mut registers = self.0.lock().unwrap();
            let mut at = 0;
            for m in messages.iter_mut() {
                if m.address != 0x50 {
                    return Err(Fault::NoDevice);
                }
                if m.is_read() {
                    m.buffer[..m.len].copy_from_slice(&registers[at..at + m.len]);
                } else if let Some((register, values)) = m.bytes().split_first() {
                    at = usize::from(*register);
                    registers[at..at + values.len()].copy_from_slice(values);
                }
            }
            Ok(messages.len())
        }
        fn functions(&self) -> Functions {
            Functions::I2C | Functions::QUICK | Functions::READ_BYTE
        }
    }

    #[test]
    fn registers_are_read_and_written() {
        let info = Info { name: "fake bus".into(), device: "fakebus".into(), retries: 0, timeout_ns: 0 };
        let bus = io::i2c::register(info, Some(7), Box::new(Fake(Mutex::new([0; 256])))).unwrap();
        assert_eq!(output("i2c detect i2c-7"), "ADDRESS  STATE\n0x50     answers\n");
        assert_eq!(output("i2c set 7 0x50 0x10 0x41 0x42"), "written\n");
        assert_eq!(output("i2c get 7 0x50 0x11"), "register:  0x11\nbytes:     42\n");
        assert!(output("i2c get fakebus 0x50 0x10 2").ends_with("|AB|\n"));
        assert_eq!(output("i2c dump 7 0x50").lines().count(), 16);
        assert_eq!(output("i2c get 7 0x51 0"), "error: i2c get: no device answers\n");
        assert!(output("i2c get 7 0x80 0").contains("ADDRESS: found '0x80', expected a number below 0x80"));
        let client =
            Client { address: 0x50, ten_bits: false, name: "24c02".into(), driver: Some("at24".into()) };
        bus.attach(client).unwrap();
        assert!(output("i2c list").contains("i2c-7  fakebus  fake bus  0x50     24c02  at24"));
        assert_eq!(output("i2c detect 7"), "ADDRESS  STATE\n0x50     24c02\n");
        bus.unregister();
    }
}
