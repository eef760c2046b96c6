//! JSON for programs in any language: acts, uploads, faults.

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use super::LARGEST;
use crate::kit::act::{Act, Done};
use crate::kit::call::{Answer, Call};
use crate::kit::faults::Fault;
use crate::kit::model::Upload;
use crate::kit::perform;
use crate::kit::wire::{Core, Wire};

fn wrong(error: &anyhow::Error) -> Answer {
    Answer::json(422, &json!({"error": format!("{error:#}")}))
}

/// `POST /acts`: one act as JSON; 422 explains why it failed.
pub(super) fn act<W: Wire>(core: &Core<W>, call: &Call) -> Answer {
    match acted(core, &call.body) {
        Ok(done) => Answer::json(200, &core.wire.done(&done)),
        Err(error) => wrong(&error),
    }
}

fn acted<W: Wire>(core: &Core<W>, body: &[u8]) -> Result<Done> {
    let given: Value = serde_json::from_slice(body)?;
    perform::perform(core, &Act::read(&given, W::ACTS, W::KINDS)?)
}

/// `POST /uploads?name=…&mime=…` with the bytes as its body; answers `{"upload": id}`.
pub(super) fn upload<W: Wire>(core: &Core<W>, call: &Call) -> Answer {
    if call.is_too_large {
        return Answer::json(413, &json!({"error": format!("the file has more than {} MB", LARGEST >> 20)}));
    }
    let text = |name: &str| call.query(name).unwrap_or_default().to_owned();
    let upload = Upload { name: text("name"), mime: text("mime"), bytes: call.body.clone() };
    let id = core.change(|state| {
        let id = format!("upload-{}", state.next_serial());
        state.uploads.insert(id.clone(), upload);
        id
    });
    Answer::json(200, &json!({"upload": id}))
}

/// `GET /faults`.
pub(super) fn faults<W: Wire>(core: &Core<W>) -> Answer {
    Answer::json(200, &json!({"broken": core.faults.describe()}))
}

/// Breaks what a body of `POST /faults` names.
pub(super) fn broken<W: Wire>(core: &Core<W>, body: &[u8]) -> Result<()> {
    let (mut given, words): (Map<String, Value>, _) = (serde_json::from_slice(body)?, &W::FAULTS);
    let count = given.remove("count").filter(|count| !count.is_null()).map(serde_json::from_value);
    let count: Option<usize> = count.transpose().context("count")?;
    if let Some(call) = given.remove(words.call) {
        let call = call.as_str().context("the name of a call is a text")?;
        let to = given.remove(words.to).map(|to| to.as_str().map_or_else(|| to.to_string(), str::to_owned));
        core.faults.add(call, to, count, Fault::read(given, words.own)?);
    } else if let Some(fault) = given.remove(words.hook) {
        core.faults.add_hook(count, serde_json::from_value(fault)?);
    } else if let Some(Value::Bool(on)) = given.get("rates") {
        core.change(|state| state.has_rates = *on);
    } else if let Some(Value::Bool(hold)) = given.get(&format!("hold_{}s", words.hook)) {
        core.hold(*hold);
    } else {
        ensure!(!given.is_empty(), "nothing was named");
        core.change(|state| core.wire.break_own(state, &given))?;
    }
    core.shared.touch();
    Ok(())
}

/// `POST /faults`.
pub(super) fn break_it<W: Wire>(core: &Core<W>, call: &Call) -> Answer {
    match broken(core, &call.body) {
        Ok(()) => faults(core),
        Err(error) => wrong(&error),
    }
}

/// Removes all faults. What was revoked stays revoked.
pub(super) fn mended<W: Wire>(core: &Core<W>) {
    core.faults.clear();
    core.change(|state| {
        state.has_rates = false;
        core.wire.mend(state);
    });
    core.hold(false);
}

/// `DELETE /faults`.
pub(super) fn mend<W: Wire>(core: &Core<W>) -> Answer {
    mended(core);
    faults(core)
}
