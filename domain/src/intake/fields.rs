//! Checks of single fields that callers fill in.

use base::error::{Error, Result};
use base::json::checked_id;
use base::message::{Content, Person};
use base::phone::complete;
use url::Url;
use uuid::Uuid;

use super::IntakeContext;
use crate::lookup::MessageKey;
use crate::media;
use crate::tenant::country_of;

/// [`complete`] for a person's number.
pub(super) async fn complete_phone(app: &IntakeContext, tenant_id: Uuid, person: &mut Person) -> Result<()> {
    if let Some(phone) = person.phone.as_mut().filter(|phone| !phone.starts_with('+')) {
        *phone = complete(phone, country_of(&app.tenants, tenant_id).await?);
    }
    Ok(())
}

/// Rejects an address that could not be fetched (docs/operations.md#files); a name with plain http is looked up.
pub async fn check_media_url_now(app: &IntakeContext, content: &Content) -> Result<()> {
    check_media_url(app, content)?;
    let url = content.media().and_then(|file| Url::parse(&file.media_url).ok());
    let Some(url) = url else { return Ok(()) };
    let checked = app.http.guarded().check_reachable(&url).await;
    checked.map_err(|refused| Error::field("/content/media_url", refused.text()))
}

/// The same without a look-up, which decides when the file is fetched: not https, or in a private network.
pub fn check_media_url(app: &IntakeContext, content: &Content) -> Result<()> {
    match content.media().map(|file| file.media_url.as_str()) {
        None | Some("") => Ok(()),
        Some(url) => {
            media::check_url(&app.files, url).map_err(|detail| Error::field("/content/media_url", detail))?;
            Ok(())
        }
    }
}

/// Parses a message reference from a path or a body; an impossible id is rejected at `pointer`.
pub fn checked_ref(pointer: &str, text: &str) -> Result<MessageKey> {
    match MessageKey::of(text) {
        MessageKey::Theirs(id) => checked_id(pointer, id).map(MessageKey::Theirs),
        ours => Ok(ours),
    }
}

#[cfg(test)]
mod tests {
    use base::error::Error;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn ids_are_recognised_as_ours_or_theirs() {
        let ours = "01900000-0000-7000-8000-000000000001";
        let either = MessageKey::Either(Uuid::try_parse(ours).unwrap(), ours.to_owned());
        assert_eq!(checked_ref("/id", ours).unwrap(), either);
        assert_eq!(checked_ref("/id", &format!("ext:{ours}")).unwrap(), MessageKey::Theirs(ours.to_owned()));
        for theirs in ["wamid.HBgL", "01900000000070008000000000000001", "17"] {
            assert_eq!(checked_ref("/id", theirs).unwrap(), MessageKey::Theirs(theirs.to_owned()));
        }
        for wrong in ["ext:", "a\0b"] {
            assert!(matches!(checked_ref("/id", wrong), Err(Error::Invalid(_))));
        }
        assert!(matches!(checked_ref("/id", &"x".repeat(256)), Err(Error::Invalid(_))));
    }
}
