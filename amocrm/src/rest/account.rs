//! The account itself (crm-api §3.1).

use secrecy::SecretString;

use super::{Request, Rest};
use crate::error::Error;
use crate::lenient;

/// An account. Optional fields depend on `with` and on the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// CRM id. The platforms number separately: the same number may exist on both.
    pub id: i64,
    /// Name.
    pub name: Option<String>,
    /// First label of its host.
    pub subdomain: Option<String>,
    /// The user that the token belongs to.
    pub current_user_id: Option<i64>,
    /// Two-letter country.
    pub country: Option<String>,
    /// Id in the Chats API, with `amojo_id`.
    pub amojo_id: Option<String>,
    /// Address of the files host, with `drive_url`. Check its host before use.
    pub drive_url: Option<String>,
    /// Version of the platform, with `version`.
    pub version: Option<i64>,
    /// False: chats create leads at once instead of incoming leads.
    pub is_unsorted_on: Option<bool>,
    /// E.g. `Europe/Moscow`, with `datetime_settings`.
    pub timezone: Option<String>,
}

impl Rest {
    /// Reads the account. `with` lists the additional fields, e.g. `["amojo_id", "drive_url"]`. Any user may call it.
    pub async fn account(&self, token: &SecretString, with: &[&str]) -> Result<Account, Error> {
        const CALL: &str = "account";
        let query = if with.is_empty() { Vec::new() } else { vec![("with", with.join(","))] };
        let answer = self.call(token, Request::get(CALL, vec![CALL], query)).await?;
        let account = answer.object()?;
        let id = lenient::number(&account, "id").ok_or_else(|| answer.unreadable("id is missing"))?;
        let dates = account.get("_embedded").and_then(|embedded| embedded.get("datetime_settings"));
        Ok(Account {
            id,
            name: lenient::text(&account, "name"),
            subdomain: lenient::text(&account, "subdomain"),
            current_user_id: lenient::number(&account, "current_user_id"),
            country: lenient::text(&account, "country"),
            amojo_id: lenient::text(&account, "amojo_id"),
            drive_url: lenient::text(&account, "drive_url"),
            version: lenient::number(&account, "version"),
            is_unsorted_on: lenient::flag(&account, "is_unsorted_on"),
            timezone: dates.and_then(|dates| lenient::text(dates, "timezone")),
        })
    }
}
