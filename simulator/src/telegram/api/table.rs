//! Dispatches calls by method name, case-insensitively.

use serde_json::{Value, json};

use super::{
    album,
    answer::{Answered, Refusal},
    business, chats, copy, delete, edit, files,
    params::Params,
    poll, reaction, send, send_files, webhook,
};
use crate::telegram::{core::Core, state::State};

/// A method's result, with an optional description.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reply {
    pub(super) result: Value,
    pub(super) description: Option<&'static str>,
}

impl From<Value> for Reply {
    fn from(result: Value) -> Self {
        Self { result, description: None }
    }
}

/// Methods that need only the state.
type Plain = fn(&mut State, i64, &Params) -> Answered;

fn plain(method: &str) -> Option<Plain> {
    Some(match method {
        "getme" => |state, bot, _| Ok(state.bots.get(&bot).map_or(Value::Null, |bot| bot.me())),
        "logout" => chats::log_out,
        "close"
        | "setmyname"
        | "setmydescription"
        | "setmyshortdescription"
        | "setchatmenubutton"
        | "setmydefaultadministratorrights" => |_, _, _| Ok(json!(true)),
        "setmycommands" => chats::set_commands,
        "deletemycommands" => chats::delete_commands,
        "getmycommands" => |state, bot, _| Ok(state.bots.get(&bot).map_or(json!([]), |bot| bot.commands.clone())),
        "getmyname" => |state, bot, _| Ok(state.bots.get(&bot).map_or(Value::Null, |bot| json!({"name": bot.name}))),
        "getmydescription" => |_, _, _| Ok(json!({"description": ""})),
        "getmyshortdescription" => |_, _, _| Ok(json!({"short_description": ""})),
        "getwebhookinfo" => |state, bot, _| Ok(webhook::info(state, bot)),
        "sendmessage" => send::message,
        "sendlocation" => send::location,
        "sendvenue" => send::venue,
        "sendcontact" => send::contact,
        "sendchataction" => chats::action,
        "copymessage" => copy::copy,
        "forwardmessage" => copy::forward,
        "editmessagetext" => edit::text,
        "editmessagecaption" => edit::caption,
        "editmessagereplymarkup" => edit::markup,
        "deletemessage" => delete::one,
        "deletemessages" => delete::many,
        "setmessagereaction" => reaction::set,
        "answercallbackquery" => chats::answer_query,
        "getfile" => files::get,
        "getuserprofilephotos" => files::avatars,
        "getchat" => chats::get,
        "getchatmember" => chats::member,
        "getchatmembercount" => chats::member_count,
        "leavechat" => chats::leave,
        "getbusinessconnection" => business::get,
        "readbusinessmessage" => business::read,
        _ => return None,
    })
}

/// Executes a call.
pub(super) async fn call(core: &Core, bot: i64, method: &str, params: Params) -> Result<Reply, Refusal> {
    let name = method.to_ascii_lowercase();
    if let Some(act) = plain(&name) {
        return core.change(|state| act(state, bot, &params)).map(Reply::from);
    }
    match name.as_str() {
        "getupdates" => poll::updates(core, bot, &params).await.map(Reply::from),
        "setwebhook" => webhook::set(core, bot, &params),
        "deletewebhook" => Ok(webhook::delete(core, bot, &params)),
        "sendmediagroup" => album::send(core, bot, &params).await.map(Reply::from),
        "editmessagemedia" => edit::media(core, bot, &params).await.map(Reply::from),
        other => match send_files::kind(other) {
            Some(kind) => send_files::send(core, bot, kind, &params).await.map(Reply::from),
            None => Err(Refusal::new(404, "Not Found")),
        },
    }
}
