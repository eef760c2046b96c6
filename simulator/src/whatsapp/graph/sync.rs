//! `POST /{phone}/smb_app_data`: requests, once, the address book or the history of the phone app.

use serde_json::json;

use super::{
    call::Call,
    error::{Answered, GraphError, ensure},
};
use crate::whatsapp::state::{DAY, State};

/// Returns a request id; the requested data follows by webhook.
pub(super) fn request(state: &mut State, call: &Call, id: &str) -> Answered {
    call.is_for_whatsapp()?;
    let kind = call.needed("sync_type")?;
    let now = state.now;
    let phone = state.phones.get_mut(id).ok_or_else(|| GraphError::no_object("post", id))?;
    ensure(["history", "smb_app_state_sync"].contains(&kind.as_str()), || {
        GraphError::parameter("Param sync_type must be one of {HISTORY, SMB_APP_STATE_SYNC}")
    })?;
    ensure(phone.is_on_biz_app, || GraphError::parameter("The phone number is not on the WhatsApp Business app."))?;
    ensure(now - phone.connected_at <= DAY && phone.synced.insert(kind.clone()), || {
        GraphError::parameter("The synchronization can be requested once, within 24 hours after onboarding.")
    })?;
    match kind.as_str() {
        "history" => state.send_history(id),
        _ => state.send_address_book(id),
    }
    Ok(json!({"messaging_product": "whatsapp", "request_id": state.next_trace()}))
}
