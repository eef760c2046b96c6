//! Answers of an account with an injected fault.

use serde_json::json;

use crate::crm::{core::Core, exchange::Answer, faults::Part};

/// The refusal of every call to this account's host; `None` while it works.
pub(crate) fn of(core: &Core, host: &str) -> Option<Answer> {
    if core.read(|state| state.rates.banned) {
        return Some(problem(403, "Forbidden", "this address is blocked because it did not listen to 429"));
    }
    let switches = core.read(|state| state.accounts.get(host).map(|account| account.switches.clone()))?;
    if let Some(status) = switches.page {
        return Some(page(status));
    }
    if let Some(seconds) = switches.too_many {
        return Some(too_many(seconds));
    }
    if switches.blocked {
        return Some(problem(403, "Forbidden", "the account is blocked"));
    }
    switches.unpaid.then(|| problem(402, "Payment Required", "the account is not paid"))
}

fn problem(status: u16, title: &str, detail: &str) -> Answer {
    let body = json!({
        "title": title,
        "type": format!("https://httpstatus.es/{status}"),
        "status": status,
        "detail": detail,
    });
    Answer::json(status, "application/problem+json", &body).noted(detail)
}

/// The answer to a request beyond the rate limit.
pub(crate) fn too_many(seconds: u64) -> Answer {
    let body = json!({
        "title": "Too Many Requests",
        "type": "https://httpstatus.es/429",
        "status": 429,
        "detail": "Too many requests",
        "retry_after": seconds,
    });
    let answer = Answer::json(429, "application/problem+json", &body).noted("too many requests");
    Answer { retry_after: Some(seconds), ..answer }
}

/// A refusal of this status in the form of the API that is asked; without a body below 400 and from 500 on.
pub(crate) fn refused(part: Part, status: u16) -> Answer {
    match (status, part) {
        (400..=499, Part::Token | Part::Rest) => problem(status, "Refused", "refused on purpose"),
        (400..=499, _) => {
            let body = json!({
                "error_code": status,
                "error_type": "request_refused",
                "error_description": "refused on purpose",
            });
            Answer::json(status, "application/json", &body)
        }
        _ => Answer::empty(status),
    }
}

/// A gateway's page.
pub(crate) fn page(status: u16) -> Answer {
    let title = match status {
        200 => "Please wait",
        400 => "400 Bad Request",
        401 => "401 Authorization Required",
        403 => "403 Forbidden",
        404 => "404 Not Found",
        _ => "502 Bad Gateway",
    };
    let html = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    Answer { content_type: "text/html", body: html.into_bytes(), ..Answer::empty(status) }.noted("a gateway's page")
}
