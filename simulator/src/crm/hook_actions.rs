//! Hooks about typing and reactions of managers.

use anyhow::{Context, Result, bail};
use chrono::TimeDelta;
use serde_json::json;

use crate::crm::{
    compose,
    core::Core,
    hook_body::{self, put},
    hook_message::Author,
    hooks,
    log::HookAnswer,
    state::{Message, State},
};

/// A typing hook is sent at most this often, and is valid for as long.
const TYPING: TimeDelta = TimeDelta::seconds(5);

/// The form of a hook where the documents contradict themselves: the table, or the sample below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HookForm {
    /// Typing: `action.typing.user`. Reaction: `action.reaction.msgid`.
    Sample,
    /// Typing: `action.user`. Reaction: `action.reaction.message`, which amoCRM's change log names too.
    #[default]
    Table,
}

fn second_version(state: &State, host: &str, chat_id: &str) -> Result<String> {
    match hooks::connected(state, host, chat_id)? {
        (_, version) if version == "v1" => bail!("hook_api_version v1 knows messages alone"),
        (scope_id, _) => Ok(scope_id),
    }
}

/// A manager is typing. `None`: the latest hook about it is younger than five seconds, so none is sent.
pub(crate) async fn typing(
    core: &Core,
    host: &str,
    chat_id: &str,
    typist: (Author, Option<&str>),
    form: HookForm,
) -> Result<Option<HookAnswer>> {
    let now = core.now();
    let (author, post_id) = typist;
    let made = core.change(|state| {
        let scope_id = second_version(state, host, chat_id)?;
        if !state.abilities(&scope_id).typing_hooks {
            bail!("the channel has no subscription for typing");
        }
        let account = state.accounts.get_mut(host).context("no such account")?;
        let user = json!({"id": compose::writer(account, author)?.id});
        let amojo_id = account.amojo_id.clone();
        let chat = account.chat_mut(chat_id).context("no such chat")?;
        if chat.manager_typed_at.is_some_and(|at| at + TYPING > now) {
            return Ok(None);
        }
        chat.manager_typed_at = Some(now);
        let mut typing = json!({
            "conversation": hook_body::conversation(chat),
            "expired_at": (now + TYPING).timestamp(),
        });
        if let Some(post_id) = post_id {
            put(&mut typing, "post_id", json!(post_id));
        }
        let action = match form {
            HookForm::Sample => {
                put(&mut typing, "user", user);
                json!({"typing": typing})
            }
            HookForm::Table => json!({"typing": typing, "user": user}),
        };
        let hook = json!({"account_id": amojo_id, "time": now.timestamp(), "action": action});
        Ok(Some((scope_id, hook)))
    })?;
    match made {
        None => Ok(None),
        Some((scope_id, hook)) => Ok(Some(hooks::post_signed(core, &scope_id, &hook).await?)),
    }
}

/// A manager reacts to a message, or removes the reaction.
pub(crate) async fn reaction(
    core: &Core,
    host: &str,
    message_id: &str,
    reactor: (Author, Option<&str>),
    form: HookForm,
) -> Result<HookAnswer> {
    let now = core.now();
    let (author, emoji) = reactor;
    let (scope_id, hook) = core.change(|state| {
        let account = state.accounts.get(host).context("no such account")?;
        let chat_id = account.message(message_id).context("no such message")?.chat_id.clone();
        let manager_id = compose::writer(account, author)?.id;
        let conversation = account.chat(&chat_id).map(hook_body::conversation).unwrap_or_default();
        let amojo_id = account.amojo_id.clone();
        let scope_id = second_version(state, host, &chat_id)?;
        if emoji.is_some_and(|emoji| !state.abilities(&scope_id).allow(emoji)) {
            bail!("the channel was registered without this reaction");
        }
        let account = state.accounts.get_mut(host).context("no such account")?;
        let message = account.message_mut(message_id).context("no such message")?;
        react(message, &manager_id, emoji)?;
        let mut reaction = json!({
            "user": {"id": manager_id},
            "conversation": conversation,
            "type": if emoji.is_some() { "react" } else { "unreact" },
        });
        match form {
            HookForm::Table => put(&mut reaction, "message", hook_body::reacted(message, &manager_id)),
            HookForm::Sample => put(&mut reaction, "msgid", json!(message.id)),
        }
        if let Some(emoji) = emoji {
            put(&mut reaction, "emoji", json!(emoji));
        }
        let hook = json!({"account_id": amojo_id, "time": now.timestamp(), "action": {"reaction": reaction}});
        Ok((scope_id, hook))
    })?;
    hooks::post_signed(core, &scope_id, &hook).await
}

fn react(message: &mut Message, by: &str, emoji: Option<&str>) -> Result<()> {
    let before = message.reactions.len();
    message.reactions.retain(|(other, _)| other != by);
    match emoji {
        Some(emoji) => message.reactions.push((by.to_owned(), emoji.to_owned())),
        None if before == message.reactions.len() => bail!("there is no reaction to take back"),
        None => {}
    }
    Ok(())
}
