// SPDX-License-Identifier: GPL-2.0-only
//! `dma`: controllers that move memory by themselves.

use alloc::vec;
use alloc::vec::Vec;

use io::dma;

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::{Record, Table, Value, clean};

/// Bytes that are copied if nobody says how many.
const USUAL: u64 = 1 << 20;
/// Most bytes that are copied at a time.
const MOST: u64 = 8 << 20;
/// Bytes on either side of the target that must stay as they are.
const MARGIN: usize = 64;
/// What they hold.
const UNTOUCHED: u8 = 0xa5;

/// `dma`
pub const COMMAND: Command = Command {
    name: "dma",
    summary: "controllers that move memory by themselves",
    actions: &[
        Action {
            name: "list",
            params: &[],
            json: true,
            summary: "list the channels of the controllers",
            help: "COPIES: it copies memory to memory. USER is the device that has the channel; '?' if nobody knows.",
            run: list,
        },
        Action {
            name: "test",
            params: &[Param::one("CHANNEL", Kind::Word), Param::optional("SIZE", Kind::Number)],
            json: true,
            summary: "copy random bytes by a channel, and compare",
            help: "SIZE is 1 MiB if it is not given, and 8 MiB at most. The bytes around the target are compared, too: they\n\
                   must stay as they are.",
            run: test,
        },
    ],
};

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&["CHANNEL", "CONTROLLER", "COPIES", "USER"]);
    for controller in dma::list() {
        for channel in controller.engine().channels() {
            let user = channel.user.map(|user| if user.is_empty() { "?".into() } else { user });
            table.row([
                channel.name.into(),
                controller.name().into(),
                controller.copies().into(),
                user.map_or(Value::Null, Value::from),
            ]);
        }
    }
    ctx.show(table)
}

fn test(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let name = ctx.arg(0).unwrap_or_default();
    let controller = dma::of_channel(name)
        .ok_or_else(|| Error::argument("CHANNEL", clean(name), "a channel that 'dma list' shows"))?;
    let size = ctx.number(1).unwrap_or(USUAL);
    if !(1..=MOST).contains(&size) {
        return Err(Error::argument("SIZE", ctx.arg(1).unwrap_or_default(), "1 byte to 8 MiB"));
    }
    let size = size as usize;
    let (mut from, mut to) = (buffer(size)?, buffer(size + 2 * MARGIN)?);
    kernel::random::fill(&mut from);
    to.fill(UNTOUCHED);
    let target = to.get_mut(MARGIN..MARGIN + size).unwrap_or_default();
    // What was there before must not pass for what was copied.
    target.iter_mut().zip(&from).for_each(|(to, from)| *to = !from);
    let start = kernel::time::now_ns();
    controller.engine().copy_bytes(name, target, &from).map_err(Error::failed)?;
    let took = kernel::time::now_ns().wrapping_sub(start);
    if let Some(at) = target.iter().zip(&from).position(|(to, from)| to != from) {
        return Err(Error::failed(alloc::format!("the copy differs from byte {at} on")));
    }
    let mut around = to.iter().take(MARGIN).chain(to.iter().skip(MARGIN + size));
    if around.any(|byte| *byte != UNTOUCHED) {
        return Err(Error::failed("bytes beside the target were written"));
    }
    ctx.show(Record::new().with("copied", Value::Bytes(size as u64)).with("time", Value::Nanos(took)))
}

fn buffer(size: usize) -> Result<Vec<u8>, Error> {
    let mut made = Vec::new();
    made.try_reserve_exact(size).map_err(|_| Error::failed("no memory for that many bytes"))?;
    made.append(&mut vec![0; size]);
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::boxed::Box;
    use io::Fault;
    use io::dma::{Channel, Engine, register, unregister};

    /// A controller, and the byte that it copies wrongly.
    struct Model(Option<usize>);

    impl Engine for Model {
        fn channels(&self) -> Vec<Channel> {
            let user = self.0.map(|_| "1c0f000.mmc".into());
            let number = self.0.map_or(0, |at| at + 1);
            Vec::from([Channel { name: alloc::format!("dma{number}chan0"), user }])
        }
        fn copy(&self, _: u64, _: u64, _: usize) -> Result<(), Fault> {
            Err(Fault::NotSupported)
        }
        fn copy_bytes(&self, _: &str, to: &mut [u8], from: &[u8]) -> Result<(), Fault> {
            to.copy_from_slice(from);
            self.0.and_then(|at| to.get_mut(at)).into_iter().for_each(|byte| *byte ^= 1);
            Ok(())
        }
    }

    #[test]
    fn channels_are_listed_and_tried() {
        let good = register("fd500000.dma-controller".into(), true, Box::new(Model(None)));
        let bad = register("1c02000.dma".into(), false, Box::new(Model(Some(7))));
        let output = crate::fake::output;
        assert_eq!(
            output("dma list"),
            "CHANNEL    CONTROLLER               COPIES  USER\n\
             dma0chan0  fd500000.dma-controller  yes     -\n\
             dma8chan0  1c02000.dma              no      1c0f000.mmc\n"
        );
        assert!(
            output("dma test dma0chan0 4K").starts_with("copied:  4 KiB\n"),
            "{}",
            output("dma test dma0chan0 4K")
        );
        assert_eq!(output("dma test dma8chan0"), "error: dma test: the copy differs from byte 7 on\n");
        assert!(output("dma test dma0chan0 16M").starts_with("error: dma test: SIZE: found '16M'"));
        assert!(output("dma test dma1chan0").starts_with("error: dma test: CHANNEL: found 'dma1chan0'"));
        [&good, &bad].into_iter().for_each(unregister);
    }
}
