//! Delivery statuses of messages sent from amoCRM.

use chrono::{DateTime, Utc};

use super::{Outcome, Refusal, Scoped, parsed, problem};
use crate::crm::{
    exchange::Answer,
    state::{Direction, Status},
    strict::{Object, Wrong},
};

/// Parses a status with old or new field names, or both.
pub(super) fn read(fields: &Object<'_>, now: DateTime<Utc>) -> Result<Status, Wrong> {
    let (new, old) = (fields.whole_number("status_code")?, fields.whole_number("delivery_status")?);
    if let (Some(new), Some(old)) = (new, old)
        && new != old
    {
        return Err("status_code and delivery_status differ".to_owned());
    }
    let code = new.or(old).ok_or_else(|| "status_code is required".to_owned())?;
    let error_code = fields.whole_number("error_code")?;
    let error = fields.text("error")?;
    match code {
        1 | 2 => {}
        -1 => match error_code {
            Some(905) if error.is_none_or(str::is_empty) => {
                return Err("error is required with error_code 905".to_owned());
            }
            Some(901..=905) => {}
            Some(other) => return Err(format!("error_code {other} is not 901 to 905")),
            None => return Err("error_code is required with status -1".to_owned()),
        },
        other => return Err(format!("status_code {other} is not 1, 2 or -1")),
    }
    Ok(Status { code, error_code, error: error.map(str::to_owned), at: now })
}

/// `POST {scope_id}/{message_id}/delivery_status`.
pub(super) fn take(scoped: &Scoped<'_>, message_id: &str) -> Outcome {
    let body = parsed(scoped.request)?;
    let fields = Object::whole(&body)?;
    fields.only(&["msgid", "status_code", "delivery_status", "error_code", "error"])?;
    if fields.text("msgid")?.is_some_and(|msgid| msgid != message_id) {
        return Err(Refusal(400, "msgid differs from the id in the path".to_owned()));
    }
    let status = read(&fields, scoped.core.now())?;
    let mut oddities = Vec::new();
    if status.code > 0 && status.error_code.is_some() {
        oddities.push("error_code with a success");
    }
    scoped.core.change(|state| {
        let message = state
            .account_by_amojo_mut(&scoped.amojo_id)
            .and_then(|account| account.message_mut(message_id))
            .filter(|message| message.scope_id == scoped.scope_id)
            .ok_or_else(|| Refusal(404, "no message has this id".to_owned()))?;
        if message.direction != Direction::Outgoing {
            return Err(Refusal(400, "only messages sent from amoCRM have delivery statuses".to_owned()));
        }
        if let Some(highest) = message.statuses.iter().map(|one| one.code).max() {
            if status.code < highest {
                oddities.push("lower than a status before");
            } else if message.statuses.iter().any(|one| one.code == status.code) {
                oddities.push("the same status again");
            }
        }
        message.statuses.push(status.clone());
        Ok(())
    })?;
    let answer = Answer::empty(200);
    if oddities.is_empty() {
        return Ok(answer);
    }
    let note = format!("status {} of {message_id}: {}", status.code, oddities.join(", "));
    problem(scoped.core, note.clone());
    Ok(answer.noted(note))
}
