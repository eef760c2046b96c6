//! Files and profile pictures (instagram-and-facebook §13, §14). Their addresses are signed and expire after about a
//! day.

use base::http_client::{refusal, send};
use futures_util::StreamExt;
use reqwest::Response;
use serde_json::Value;
use url::Url;

use super::Meta;
use super::settings::Account;
use crate::Settings;
use crate::call::{ApiError, Refusal};
use crate::file::{NotOpened, OpenFile};

/// The reference to an address in an attachment.
pub(super) fn link(address: &str) -> String {
    format!("link:{address}")
}

/// The reference to a person's picture. `at`: milliseconds; the picture is requested again once a week.
pub(super) fn face(person: &str, at: i64) -> String {
    format!("face:{person}:{}", at.div_euclid(7 * 86_400_000))
}

/// Opens `link:<address>` or `face:<person>:<week>`.
pub(super) async fn open(meta: &Meta, settings: &Settings, reference: &str) -> Result<OpenFile, NotOpened> {
    let address = match reference.split_once(':') {
        Some(("link", address)) => address.to_owned(),
        Some(("face", person)) => picture(meta, settings, person.split(':').next().unwrap_or_default()).await?,
        _ => return Err(NotOpened::Never("unsupported")),
    };
    let address = Url::parse(&address).map_err(|_| NotOpened::Never("unsupported"))?;
    let request = meta.graph.guarded.get(&address).map_err(|_| NotOpened::Never("address_refused"))?;
    let response = send(request).await.map_err(|error| match refusal(&error) {
        Some(_) => NotOpened::Never("address_refused"),
        None => NotOpened::later("unreachable", None),
    })?;
    opened(response)
}

fn opened(response: Response) -> Result<OpenFile, NotOpened> {
    match response.status().as_u16() {
        200..=299 => {}
        status @ (408 | 425 | 429 | 500..) => return Err(NotOpened::later(format!("status_{status}"), None)),
        status => return Err(NotOpened::Gone(format!("status_{status}"))),
    }
    let announced = response.content_length();
    let bytes = response.bytes_stream().map(|chunk| chunk.map_err(|error| error.without_url().to_string()));
    Ok(OpenFile { announced, bytes: bytes.boxed() })
}

async fn picture(meta: &Meta, settings: &Settings, person: &str) -> Result<String, NotOpened> {
    let account = Account::of(meta.platform, settings).ok_or(NotOpened::Never("no_access"))?;
    let answer = meta.graph.get(account.token, person, &[("fields", "profile_pic")]).await;
    let profile = answer.map_err(|failed| match failed {
        ApiError::Refused(Refusal { code: 190, .. }) => NotOpened::later("access", None),
        ApiError::Refused(Refusal { status: 500.., .. }) => NotOpened::later("refused", None),
        ApiError::Refused(_) => NotOpened::Never("no_face"),
        _ => NotOpened::later("unreachable", None),
    })?;
    let address = profile.get("profile_pic").and_then(Value::as_str).filter(|address| !address.is_empty());
    address.map(str::to_owned).ok_or(NotOpened::Never("no_face"))
}
