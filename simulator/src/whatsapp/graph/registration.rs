//! `register`, `deregister`, `request_code`, `verify_code`: adding a number to the Cloud API and removing it.

use serde_json::json;

use super::{
    call::Call,
    error::{Answered, GraphError, ensure, success},
};
use crate::whatsapp::state::{DAY, Phone, State};

/// Maximum registrations and deregistrations in three days.
const TRIES: usize = 10;
/// Wrong PINs after which the caller must wait.
const GUESSES: usize = 5;

fn count(phone: &mut Phone, now: i64) -> Result<(), GraphError> {
    phone.registrations.retain(|at| now - at < 3 * DAY);
    ensure(phone.registrations.len() < TRIES, || GraphError::known(133_016))?;
    phone.registrations.push(now);
    Ok(())
}

/// `POST /{phone}/register`: the PIN is set, or must match the number's PIN.
pub(super) fn register(now: i64, phone: &mut Phone, call: &Call) -> Answered {
    call.is_for_whatsapp()?;
    let pin = call.needed("pin")?;
    let is_pin = pin.len() == 6 && pin.chars().all(|one| one.is_ascii_digit());
    ensure(is_pin, || GraphError::parameter("Param pin must be 6 characters long."))?;
    count(phone, now)?;
    ensure(!phone.is_on_biz_app, || {
        GraphError::parameter("Phone number is used by the WhatsApp Business app and cannot be registered.")
    })?;
    ensure(phone.code_status == "VERIFIED", || GraphError::known(133_006))?;
    ensure(phone.wrong_pins < GUESSES, || GraphError::known(133_008))?;
    if phone.pin.as_ref().is_some_and(|known| *known != pin) {
        phone.wrong_pins += 1;
        return Err(GraphError::known(133_005));
    }
    phone.wrong_pins = 0;
    phone.pin = Some(pin);
    phone.status = "CONNECTED".to_owned();
    phone.platform = "CLOUD_API".to_owned();
    success()
}

/// `POST /{phone}/deregister`.
pub(super) fn deregister(now: i64, phone: &mut Phone) -> Answered {
    ensure(!phone.is_on_biz_app, || {
        GraphError::parameter("Phone number is used by the WhatsApp Business app and cannot be deregistered.")
    })?;
    count(phone, now)?;
    phone.status = "DISCONNECTED".to_owned();
    phone.platform = "NOT_APPLICABLE".to_owned();
    success()
}

/// `POST /{phone}/request_code`.
pub(super) fn request_code(serial: i64, phone: &mut Phone, call: &Call) -> Answered {
    let way = call.needed("code_method")?;
    ensure(["SMS", "VOICE"].contains(&way.as_str()), || {
        GraphError::parameter("Param code_method must be one of {SMS, VOICE}")
    })?;
    call.needed("language")?;
    phone.pending_code = Some(format!("{:06}", 100_000 + serial % 900_000));
    success()
}

/// `POST /{phone}/verify_code`.
pub(super) fn verify_code(phone: &mut Phone, call: &Call) -> Answered {
    let code = call.needed("code")?;
    ensure(phone.pending_code.as_deref() == Some(code.replace('-', "").as_str()), || GraphError {
        subcode: Some(2_388_001),
        ..GraphError::new(400, 136_025, "(#136025) Verify code error")
    })?;
    phone.pending_code = None;
    phone.code_status = "VERIFIED".to_owned();
    success()
}

/// `POST /{waba}/phone_numbers`: adds an unverified number.
pub(super) fn create(state: &mut State, call: &Call, waba: &str) -> Answered {
    let number = format!("{}{}", call.needed("cc")?, call.needed("phone_number")?);
    let name = call.needed("verified_name")?;
    let phone = crate::whatsapp::newcomers::NewPhone {
        number,
        name,
        is_registered: false,
        ..crate::whatsapp::newcomers::NewPhone::of(waba)
    };
    let id = state.add_phone(phone);
    Ok(json!({"id": id}))
}
