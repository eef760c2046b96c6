//! Files stored at Meta (whatsapp §10). Their addresses are valid for five minutes, so they are requested each time.

use serde_json::Value;

use super::api::{GraphApi, Path};
use super::setup::{number, token};
use super::wire::{Id, wire};
use crate::Settings;
use crate::call::ApiError;
use crate::error_catalog::{RefusalClass, WHATSAPP};
use crate::file::{NotOpened, OpenFile};

wire! {
    /// Meta's description of a file.
    FileInfo {
        url: Id,
        file_size: Value,
    }
}

impl FileInfo {
    /// The size, sent as text or as a number.
    fn size(&self) -> Option<u64> {
        self.file_size.as_u64().or_else(|| self.file_size.as_str()?.trim().parse().ok())
    }
}

/// Opens `media:<id>`.
pub(super) async fn open(api: &GraphApi, settings: &Settings, reference: &str) -> Result<OpenFile, NotOpened> {
    let id = reference.strip_prefix("media:").filter(|id| !id.is_empty()).ok_or(NotOpened::Never("unsupported"))?;
    let token = token(settings).map_err(|_| NotOpened::Never("no_access"))?;
    let number = number(settings).map_err(|_| NotOpened::Never("no_access"))?;
    let path = Path(&[id], &[("phone_number_id", number.phone_number_id)]);
    let mut asked_again = false;
    loop {
        let info: FileInfo = api.get(token, path).await.map_err(not_opened)?;
        if info.url.some().is_none() {
            return Err(NotOpened::Gone("no_address".to_owned()));
        }
        match api.open(token, &info.url).await {
            Ok(opened) => return Ok(OpenFile { announced: opened.announced.or_else(|| info.size()), ..opened }),
            // The address has expired: a new one is requested, once.
            Err(ApiError::Refused(refused)) if refused.status == 404 && !asked_again => asked_again = true,
            Err(failed) => return Err(not_opened(failed)),
        }
    }
}

fn not_opened(failed: ApiError) -> NotOpened {
    let ApiError::Refused(refusal) = &failed else { return failed.not_opened(401..=403) };
    let code = format!("code_{}", refusal.code);
    let class = WHATSAPP.known(refusal.code).map(|row| row.class);
    match (class, refusal.status) {
        // The token may be replaced while the message still waits.
        (Some(RefusalClass::Pause), _) | (_, 401 | 403) => NotOpened::later("access", None),
        (Some(RefusalClass::Transient), _) | (_, 408 | 425 | 429 | 500..) => {
            NotOpened::later(code, refusal.retry_after)
        }
        _ => NotOpened::Gone(code),
    }
}
