//! Calls: their names, their tokens, and the table of methods.

use serde_json::json;

use super::give::Caller;
use super::options::{Options, Telegram};
use super::params::{Answered, Params, Refusal};
use super::{change, chats, files, hook, send};
use crate::kit::{Answer, Call, Core, Id, Named};

/// A method that needs only the state.
type Plain = fn(&mut Telegram, &Id, &Params) -> Answered;

const PLAIN: &[(&str, Plain)] = &[
    ("getme", chats::me),
    ("getwebhookinfo", hook::info),
    ("sendmessage", send::message),
    ("sendlocation", send::location),
    ("sendvenue", send::venue),
    ("sendcontact", send::contact),
    ("sendpoll", send::poll),
    ("senddice", send::dice),
    ("sendchataction", chats::action),
    ("copymessage", change::copy),
    ("forwardmessage", change::forward),
    ("editmessagetext", change::text),
    ("editmessagecaption", change::caption),
    ("editmessagereplymarkup", change::buttons),
    ("deletemessage", change::delete),
    ("deletemessages", change::delete_many),
    ("setmessagereaction", change::react),
    ("answercallbackquery", chats::answer_query),
    ("getfile", files::get),
    ("getuserprofilephotos", files::avatars),
    ("getbusinessconnection", chats::connection),
    ("readbusinessmessage", change::read),
];

enum Asked<'a> {
    Method { token: &'a str, method: &'a str },
    File { token: &'a str, path: &'a str },
    Nothing,
}

fn asked(call: &Call) -> Asked<'_> {
    let path = call.path.as_str();
    let (file, rest) = path.strip_prefix("file/").map_or((false, path), |rest| (true, rest));
    match rest.strip_prefix("bot").and_then(|rest| rest.split_once('/')) {
        Some((token, path)) if file => Asked::File { token, path },
        Some((token, method)) if !method.contains('/') => Asked::Method { token, method },
        _ => Asked::Nothing,
    }
}

/// The bot of a token. A malformed token gets 404, an invalid one 401.
fn bot_of(state: &Telegram, token: &str) -> Result<Id, Refusal> {
    let token = token.replace("%3A", ":");
    let is_of_form = token.split_once(':').is_some_and(|(id, secret)| {
        let plain = |one: char| one.is_ascii_alphanumeric() || one == '_' || one == '-';
        id.parse::<i64>().is_ok() && secret.len() == 35 && secret.chars().all(plain)
    });
    if !is_of_form {
        return Err(Refusal::new(404, "Not Found"));
    }
    let line = state.line_with(&token).ok_or_else(|| Refusal::new(401, "Unauthorized"))?;
    Ok(line.id.clone())
}

/// The name of a call for faults and the log, and its bot.
pub(super) fn name(state: &Telegram, call: &Call) -> Result<Named, Refusal> {
    match asked(call) {
        Asked::Method { token, method } => {
            let to = Params::read(call).ok().and_then(|params| params.int("chat_id")).map(|chat| chat.to_string());
            Ok(Named { line: bot_of(state, token)?, call: method.to_owned(), to })
        }
        Asked::File { token, .. } => Ok(Named { line: bot_of(state, token)?, ..Named::default() }),
        Asked::Nothing => Err(Refusal::new(404, "Not Found")),
    }
}

pub(super) async fn call(core: &Core<Options>, named: &Named, call: &Call) -> Answer {
    match asked(call) {
        Asked::Method { method, .. } => {
            let body = method_of(core, &named.line, &method.to_ascii_lowercase(), call).await;
            body.map_or_else(|refusal| refusal.answer(), |body| Answer::new(200, "application/json", body.to_string()))
        }
        Asked::File { path, .. } => core.read(|state| files::download(state, &named.line, path)),
        Asked::Nothing => Answer::empty(404),
    }
}

async fn method_of(core: &Core<Options>, bot: &Id, method: &str, call: &Call) -> Answered {
    let params = &Params::read(call)?;
    let caller = Caller { core, bot, params };
    let result = if let Some((_, plain)) = PLAIN.iter().find(|(name, _)| *name == method) {
        core.change(|state| plain(state, bot, params))?
    } else {
        match method {
            "getupdates" => hook::updates(caller).await?,
            "setwebhook" => {
                let words = core.change(|state| hook::set(state, bot, params))?;
                return Ok(json!({"ok": true, "result": true, "description": words}));
            }
            "deletewebhook" => {
                let words = core.change(|state| hook::delete(state, bot, params));
                return Ok(json!({"ok": true, "result": true, "description": words}));
            }
            "sendmediagroup" => send::album(caller).await?,
            "editmessagemedia" => change::media(caller).await?,
            other => match files::sort_of_method(other) {
                Some(sort) => send::file(caller, sort).await?,
                None => return Err(Refusal::new(404, "Not Found")),
            },
        }
    };
    Ok(json!({"ok": true, "result": result}))
}
