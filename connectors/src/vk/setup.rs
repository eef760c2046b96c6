//! A community's settings, and the rights of its token (vk §2).

use std::collections::{BTreeMap, BTreeSet};

use base::error::FieldError;
use base::i18n::LocalizedText;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::TOKEN;
use super::api::{ApiError, VkApi};
use crate::{Check, Denied, Field, Input, Settings, Setup, entered, error_catalog};

pub(super) const FIELDS: &[Field] = &[
    Field::required("group_id", Input::Text, "wizard-vk-group").with_hint("wizard-vk-group-hint"),
    Field { secret: true, ..Field::required(TOKEN, Input::Text, "wizard-vk-token").with_hint("wizard-vk-token-hint") },
];

/// Rights that are required.
const RIGHTS: [&str; 4] = ["messages", "manage", "photos", "docs"];
/// The right to answer comments.
const COMMENTS: &str = "wall";

/// The entered settings. `facts` is Parom's own data, accepted because clients may send back what they read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsInput {
    group_id: Option<Value>,
    #[serde(default)]
    access_token: Option<String>,
    #[serde(default, rename = "facts")]
    _facts: Option<Value>,
}

/// A source's community.
#[derive(Clone, Copy, Debug)]
pub struct Community<'a> {
    pub id: i64,
    pub token: &'a SecretString,
}

impl<'a> Community<'a> {
    /// None if there is no usable id or token.
    pub fn of(settings: &'a Settings) -> Option<Self> {
        let id = group_id(settings.public.get("group_id")?)?;
        Some(Self { id, token: settings.secrets.get(TOKEN)? })
    }
}

/// A community's description of itself (`groups.getById`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub id: i64,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub screen_name: String,
}

/// The answer: newer versions return an object, older ones a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum Groups {
    Object { groups: Vec<Group> },
    List(Vec<Group>),
}

#[derive(Deserialize)]
struct Permissions {
    #[serde(default)]
    permissions: Vec<Permission>,
}

#[derive(Deserialize)]
struct Permission {
    #[serde(default)]
    name: String,
}

/// The number of a community from what people enter: `223344556`, `club223344556`, `vk.com/public223344556`.
fn group_id(entered: &Value) -> Option<i64> {
    let text = match entered {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().trim_end_matches('/').to_owned(),
        _ => return None,
    };
    let last = text.rsplit('/').next()?;
    let digits = ["club", "public", "event", "-"].into_iter().find_map(|start| last.strip_prefix(start));
    digits.unwrap_or(last).parse().ok().filter(|id: &i64| *id > 0)
}

/// Validates the entered settings. A missing or still masked token is kept.
pub(super) fn setup(settings: Value) -> Result<Setup, Vec<FieldError>> {
    let typed: SettingsInput = entered::read(settings)?;
    let wrong =
        |name: &str, key: &'static str| vec![FieldError::new(format!("/settings/{name}"), LocalizedText::new(key))];
    let id = typed.group_id.as_ref().and_then(group_id).ok_or_else(|| wrong("group_id", "wizard-vk-bad-group"))?;
    let mut secrets = BTreeMap::new();
    if let Some(token) = entered::credential(typed.access_token.as_deref()) {
        let fits = (10..=512).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic());
        if !fits {
            return Err(wrong(TOKEN, "wizard-vk-bad-token"));
        }
        secrets.insert(TOKEN.to_owned(), SecretString::from(token));
    }
    // As text, like all ids from outside.
    Ok(Setup { public: json!({ "group_id": id.to_string() }), secrets })
}

/// The community, if VK says that the token is its own. Asked without ids: with them VK describes any community to any
/// token (vk §2).
pub(super) async fn group(api: &VkApi, community: Community<'_>) -> Result<Group, Denied> {
    let parameters = vec![("fields", Some("screen_name".to_owned()))];
    let answer: Result<Groups, ApiError> = api.call(community.token, "groups.getById", parameters).await;
    let (Groups::Object { groups } | Groups::List(groups)) = answer.map_err(|failed| denied(&failed))?;
    let own = groups.into_iter().find(|group| group.id == community.id);
    own.ok_or_else(|| Denied::Foreign(LocalizedText::new("said-vk-other-group")))
}

/// The rights of a token; none if VK does not return them, which is no reason to refuse a working token.
async fn rights(api: &VkApi, community: Community<'_>) -> Result<Option<BTreeSet<String>>, ApiError> {
    let told: Result<Permissions, ApiError> = api.call(community.token, "groups.getTokenPermissions", Vec::new()).await;
    match told {
        Ok(told) if told.permissions.is_empty() => Ok(None),
        Ok(told) => Ok(Some(told.permissions.into_iter().map(|one| one.name).collect())),
        Err(refused @ ApiError::Refused { code: 4 | 5 | 27 | 28, .. }) => Err(refused),
        Err(failed) => {
            tracing::info!(reason = %explain(&failed), "the rights of a community's token could not be asked for");
            Ok(None)
        }
    }
}

/// Validates the token and its rights, and returns whose it is.
pub(super) async fn check_access(api: &VkApi, settings: &Settings) -> Check {
    let missing = || Denied::Access(LocalizedText::new("said-vk-token"));
    let community = Community::of(settings).ok_or_else(missing)?;
    let group = group(api, community).await?;
    let rights = rights(api, community).await.map_err(|failed| denied(&failed))?;
    if let Some(rights) = rights {
        let missing: Vec<&str> = RIGHTS.into_iter().filter(|right| !rights.contains(*right)).collect();
        if !missing.is_empty() {
            return Err(LocalizedText::new("said-vk-rights").with("rights", missing.join(", ")).into());
        }
        if !rights.contains(COMMENTS) {
            return Ok(Some(LocalizedText::new("said-vk-no-wall").with("name", group.name)));
        }
    }
    Ok(Some(LocalizedText::new("said-vk-group").with("name", group.name)))
}

/// Why a call other than sending a message failed, as a text for the account's people.
pub fn explain(failed: &ApiError) -> LocalizedText {
    match failed {
        ApiError::Refused { code, text } => match error_catalog::VK.find(*code, text) {
            Some(row) if !row.id.starts_with("other") => LocalizedText::new(row.key()),
            _ => LocalizedText::new("said-vk-refused").with("text", text.as_str()),
        },
        ApiError::Status(status) => LocalizedText::new("said-server-answered").with("status", *status),
        ApiError::NotSent(said) | ApiError::Unknown(said) => said.clone(),
        ApiError::Unreadable => LocalizedText::new("said-vk-unreadable"),
        ApiError::NotUploaded(text) => LocalizedText::new("said-vk-refused").with("text", text.as_str()),
    }
}

/// What a failed call other than sending a message means for the source.
pub(super) fn denied(failed: &ApiError) -> Denied {
    let ApiError::Refused { code, text } = failed else { return Denied::Away(explain(failed)) };
    // The catalog's texts name the settings of a source, which does not exist yet in the wizard.
    match (code, error_catalog::VK.find(*code, text).map(|row| row.id)) {
        (4 | 5 | 27 | 28, _) => Denied::Access(LocalizedText::new("wizard-vk-refused")),
        (_, Some("7" | "15")) => Denied::Refused(LocalizedText::new("wizard-vk-no-right")),
        (2000, _) => Denied::Refused(LocalizedText::new("said-vk-servers")),
        (1 | 6 | 9 | 10 | 29, _) => Denied::Away(explain(failed)),
        _ => Denied::Refused(explain(failed)),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_community_is_entered_in_many_ways() {
        for entered in [json!(223), json!(" 223 "), json!("club223"), json!("https://vk.com/public223/"), json!("-223")]
        {
            assert_eq!(
                setup(json!({ "group_id": entered })).unwrap().public,
                json!({ "group_id": "223" }),
                "{entered}"
            );
        }
        for wrong in [json!({}), json!({ "group_id": "acme" }), json!({ "group_id": 0 }), json!({ "group_id": null })] {
            assert_eq!(setup(wrong).unwrap_err()[0].pointer, "/settings/group_id");
        }
    }

    #[test]
    fn a_token_is_sealed_kept_or_named() {
        let given = setup(json!({ "group_id": 223, "access_token": " vk1.a.0123456789abcdef " })).unwrap();
        assert_eq!(given.secrets[TOKEN].expose_secret(), "vk1.a.0123456789abcdef");
        assert!(!given.public.to_string().contains("vk1.a"));
        for kept in ["", "…cdef"] {
            assert!(setup(json!({ "group_id": 223, "access_token": kept, "facts": {} })).unwrap().secrets.is_empty());
        }
        for wrong in ["short", "vk1.a.with a space in it"] {
            let errors = setup(json!({ "group_id": 223, "access_token": wrong })).unwrap_err();
            assert_eq!(errors[0].pointer, "/settings/access_token");
        }
        assert!(setup(json!({ "group_id": 223, "acces_token": "x" })).is_err(), "a misspelt setting is noticed");
    }
}
