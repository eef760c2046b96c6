//! Meta's documented error codes: HTTP status, title, usual details.

use serde_json::{Value, json};

/// An error code as documented.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub(crate) status: u16,
    pub(crate) title: &'static str,
    pub(crate) details: &'static str,
}

const fn known(status: u16, title: &'static str, details: &'static str) -> Known {
    Known { status, title, details }
}

/// The page about all codes, as referenced in webhooks.
const HREF: &str = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/";

/// The documentation of a code.
pub(crate) fn of(code: i64) -> Known {
    general(code).or_else(|| sending(code)).or_else(|| templates(code)).unwrap_or(known(
        400,
        "Something went wrong",
        "Message failed to send because of an unknown error.",
    ))
}

fn general(code: i64) -> Option<Known> {
    Some(match code {
        0 => known(401, "AuthException", "We were unable to authenticate the app user."),
        1 => known(400, "API Unknown", "Invalid request or possible server error."),
        2 => known(503, "API Service", "Temporary due to downtime or due to being overloaded."),
        3 => known(500, "API Method", "Capability or permissions issue."),
        4 => known(400, "API Too Many Calls", "The app has reached its API call rate limit."),
        10 => known(403, "Permission Denied", "Permission is either not granted or has been removed."),
        33 => known(400, "Parameter value is not valid", "The business phone number has been deleted."),
        100 => {
            known(400, "Invalid parameter", "The request included one or more unsupported or misspelled parameters.")
        }
        190 => known(401, "Access token has expired", "Your access token has expired."),
        200..=299 => known(403, "API Permission", "Permission is either not granted or has been removed."),
        368 => {
            known(403, "Temporarily blocked for policies violations", "The account has been restricted or disabled.")
        }
        80007 => known(400, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit."),
        130_429 => known(
            400,
            "Rate limit hit",
            "Message failed to send because there were too many messages sent from this phone number in a short period of time.",
        ),
        130_472 => {
            known(400, "User's number is part of an experiment", "Message was not sent as part of an experiment.")
        }
        130_497 => known(
            403,
            "Business account is restricted from messaging users in this country.",
            "The account may not message users of this country.",
        ),
        133_004 => known(503, "Server Temporarily Unavailable", "Server is temporarily unavailable."),
        133_005 => known(400, "Two step verification PIN Mismatch", "Two-step verification PIN incorrect."),
        133_006 => {
            known(400, "Phone number re-verification needed", "Phone number needs to be verified before registering.")
        }
        133_008 => known(
            400,
            "Too Many two step verification PIN Guesses",
            "Too many two-step verification PIN guesses for this phone number.",
        ),
        133_009 => known(
            400,
            "Two step verification PIN Guessed Too Fast",
            "Two-step verification PIN was entered too quickly.",
        ),
        133_010 => {
            known(400, "Phone number Not Registered", "Phone number not registered on the WhatsApp Business Platform.")
        }
        133_015 => known(
            400,
            "Please wait a few minutes before attempting to register this phone number",
            "The phone number was recently deleted.",
        ),
        133_016 => known(
            400,
            "Account Register/Deregister Rate Limit Exceeded",
            "Registration or deregistration failed because there were too many attempts in a short period of time.",
        ),
        135_000 => known(
            400,
            "Generic user error",
            "Message failed to send because of an unknown error with your request parameters.",
        ),
        _ => return None,
    })
}

fn sending(code: i64) -> Option<Known> {
    Some(match code {
        131_000 => known(500, "Something went wrong", "Message failed to send due to an unknown error."),
        131_005 => known(403, "Access denied", "Permission is either not granted or has been removed."),
        131_008 => known(400, "Required parameter is missing", "The request is missing a required parameter."),
        131_009 => known(400, "Parameter value is not valid", "One or more parameter values are invalid."),
        131_016 => known(500, "Service unavailable", "A service is temporarily unavailable."),
        131_021 => known(400, "Recipient cannot be sender", "Sender and recipient phone number is the same."),
        131_026 => known(400, "Message undeliverable", "Message Undeliverable."),
        131_030 => known(
            400,
            "Recipient phone number not in allowed list",
            "Recipient phone number not in allowed list: Add recipient phone number to recipient list and try again.",
        ),
        131_031 => known(
            403,
            "Account has been locked",
            "The account has been restricted or disabled for violating a platform policy.",
        ),
        131_037 => known(
            400,
            "WhatsApp provided number needs display name approval before message can be sent.",
            "The display name of the number is not approved.",
        ),
        131_042 => {
            known(400, "Business eligibility payment issue", "There was an error related to your payment method.")
        }
        131_045 => {
            known(500, "Incorrect certificate", "Message failed to send due to a phone number registration error.")
        }
        131_047 => known(
            400,
            "Re-engagement message",
            "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
        ),
        131_048 => known(
            400,
            "Spam rate limit hit",
            "Message failed to send because there are restrictions on how many messages can be sent from this phone number.",
        ),
        131_049 => known(
            400,
            "This message was not delivered to maintain healthy ecosystem engagement.",
            "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
        ),
        131_050 => known(
            400,
            "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on WhatsApp from your business",
            "The user has stopped marketing messages.",
        ),
        131_051 => known(400, "Message type unknown", "Message type is currently not supported."),
        131_052 => known(400, "Media download error", "Unable to download the media sent by the user."),
        131_053 => known(400, "Media upload error", "Unable to upload the media used in the message."),
        131_055 => known(400, "Method not allowed", "This method is not allowed for this message."),
        131_056 => known(
            400,
            "(Business Account, Consumer Account) pair rate limit hit",
            "Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time.",
        ),
        131_057 => known(500, "Account in maintenance mode", "Business Account is in maintenance mode."),
        131_060 => known(400, "This message is unavailable", "This message is currently unavailable."),
        131_062 => known(400, "Unsupported recipient for this message type", "This message type needs a phone number."),
        2_593_109 => known(
            400,
            "History sync is turned off by the business from the WhatsApp Business App",
            "History sharing is turned off by the business",
        ),
        _ => return None,
    })
}

fn templates(code: i64) -> Option<Known> {
    Some(match code {
        132_000 => known(
            400,
            "Number of parameters does not match the expected number of params",
            "The number of variables does not match the template.",
        ),
        132_001 => known(
            404,
            "Template name does not exist in the translation",
            "The template does not exist in the specified language or has not been approved.",
        ),
        132_005 => known(400, "Translated text too long", "Translated text is too long."),
        132_007 => {
            known(400, "Template Format Character Policy Violated", "Template content violates a WhatsApp policy.")
        }
        132_012 => known(
            400,
            "Parameter format does not match format in the created template",
            "Variable parameter values formatted incorrectly.",
        ),
        132_015 => known(
            400,
            "Template is Paused",
            "Template is paused due to low quality so it cannot be sent in a template message.",
        ),
        132_016 => known(
            400,
            "Template is Disabled",
            "Template has been paused too many times due to low quality and is now permanently disabled.",
        ),
        132_068 => known(400, "Flow is in blocked state", "Flow is in blocked state."),
        132_069 => known(400, "Flow is in throttled state", "Flow is in throttled state."),
        134_101 => known(400, "Template is syncing", "Template was created less than 10 minutes ago."),
        134_102 => known(400, "Template unavailable for use", "Template is not available for this account."),
        _ => return None,
    })
}

/// An error as contained in webhooks: in a status, in a message, in the value.
pub(crate) fn in_webhook(code: i64, details: Option<&str>) -> Value {
    let known = of(code);
    json!({
        "code": code,
        "title": known.title,
        "message": known.title,
        "error_data": {"details": details.unwrap_or(known.details)},
        "href": HREF,
    })
}
