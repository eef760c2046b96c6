//! Connecting a channel to an account and disconnecting it (chats-api §3.1, §3.2).

use reqwest::Method;
use secrecy::SecretString;
use serde::Serialize;

use super::{Chats, Request, required};
use crate::error::Error;
use crate::lenient;

/// The data for connecting. The hook version is not part of it: it is always `v2`, the only one still supported
/// (chats-api §7 row 11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    /// The account's amojo id (a UUID), not its CRM id.
    pub account_id: String,
    /// Name of the channel as shown in the account.
    pub title: String,
    /// Switches the channel's time window off for this account.
    pub is_time_window_disabled: bool,
}

/// A connected account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The scope for all calls about messages, opaque. Never empty.
    pub scope_id: String,
    /// Echo of the account; older answers lacked some echoes.
    pub account_id: Option<String>,
    /// Echo of the title.
    pub title: Option<String>,
    /// The hook version in force; with anything but `v2` hooks will not arrive.
    pub hook_api_version: Option<String>,
    /// Echo of the time window switch.
    pub is_time_window_disabled: Option<bool>,
}

#[derive(Serialize)]
struct ConnectBody<'body> {
    account_id: &'body str,
    title: &'body str,
    hook_api_version: &'static str,
    is_time_window_disabled: bool,
}

#[derive(Serialize)]
struct DisconnectBody<'body> {
    account_id: &'body str,
}

impl Chats {
    /// Connects a channel to an account; repeat it after every installation. Connecting again is harmless and updates
    /// the title.
    ///
    /// A refusal with 404 means that there is no such channel, 403 a wrong signature; a private channel refuses
    /// accounts that were not approved (chats-api §3.1).
    pub async fn connect(
        &self,
        secret: &SecretString,
        channel_id: &str,
        connect: &Connect,
    ) -> Result<Connected, Error> {
        const CALL: &str = "connect";
        required(CALL, "account_id", &connect.account_id)?;
        let body = ConnectBody {
            account_id: &connect.account_id,
            title: &connect.title,
            hook_api_version: "v2",
            is_time_window_disabled: connect.is_time_window_disabled,
        };
        let answer = self.call(Request::post(CALL, secret, vec![channel_id, CALL], &body)?).await?;
        let object = answer.object()?;
        let scope_id = lenient::text(&object, "scope_id").ok_or_else(|| answer.unreadable("scope_id is missing"))?;
        Ok(Connected {
            scope_id,
            account_id: lenient::text(&object, "account_id"),
            title: lenient::text(&object, "title"),
            hook_api_version: lenient::text(&object, "hook_api_version"),
            is_time_window_disabled: lenient::flag(&object, "is_time_window_disabled"),
        })
    }

    /// Disconnects the channel from the account: it sends no more hooks. Any 2xx is success, whatever its JSON.
    pub async fn disconnect(&self, secret: &SecretString, channel_id: &str, account_id: &str) -> Result<(), Error> {
        const CALL: &str = "disconnect";
        required(CALL, "account_id", account_id)?;
        let mut request = Request::post(CALL, secret, vec![channel_id, CALL], &DisconnectBody { account_id })?;
        request.method = Method::DELETE;
        self.call(request).await?.nothing_expected()
    }
}
