//! `parom chats sign` and `parom chats verify`: signatures of the Chats API, for use with curl and for debugging.

use std::io::Write;
use std::process::ExitCode;

use amocrm::chats::sign as chats;
use anyhow::{Context, ensure};
use base::clock::Clock;
use clap::Subcommand;
use secrecy::{ExposeSecret, SecretString};

/// The body is read from stdin, byte for byte.
#[derive(Debug, Subcommand)]
pub enum ChatsCommand {
    /// Prints the four headers of a signed Chats API request for the body on stdin, for use with curl -H @file
    Sign {
        /// Secret of the channel; set it in the environment to keep it out of the process list
        #[arg(long, env = "PAROM_CHATS_SECRET", hide_env_values = true, value_parser = secret)]
        secret: SecretString,
        /// HTTP method; it is signed in upper case, as amoCRM does
        #[arg(long)]
        method: String,
        /// Path of the request, without scheme, host and query string
        #[arg(long, value_parser = path)]
        path: String,
        /// Date header, used verbatim [default: now]
        #[arg(long, value_parser = header_value)]
        date: Option<String>,
    },
    /// Verifies the signature of a hook whose body is on stdin: exits 0 if it is valid, otherwise 1
    Verify {
        /// Secret of the channel; set it in the environment to keep it out of the process list
        #[arg(long, env = "PAROM_CHATS_SECRET", hide_env_values = true, value_parser = secret)]
        secret: SecretString,
        /// The X-Signature header of the hook
        #[arg(long)]
        signature: String,
    },
}

fn secret(text: &str) -> Result<SecretString, std::convert::Infallible> {
    Ok(SecretString::from(text))
}

/// Only a path is signed (chats-api §2.1): the signature of an address would never hold.
fn path(text: &str) -> Result<String, String> {
    let is_path = text.starts_with('/') && !text.contains(['?', '#']) && !text.chars().any(char::is_whitespace);
    if is_path {
        Ok(text.to_owned())
    } else {
        Err("give the path alone, like /v2/origin/custom/…/connect".to_owned())
    }
}

/// A line break would begin another header.
fn header_value(text: &str) -> Result<String, String> {
    if text.chars().any(char::is_control) { Err("a header has one line".to_owned()) } else { Ok(text.to_owned()) }
}

/// Runs one command on the body from stdin and writes its output.
pub fn run(command: &ChatsCommand, body: &[u8], clock: &Clock, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    match command {
        ChatsCommand::Sign { secret, method, path, date } => {
            ensure!(!secret.expose_secret().is_empty(), "the secret is empty: give --secret or PAROM_CHATS_SECRET");
            let headers = sign(secret, method, path, date.as_deref(), body, clock);
            out.write_all(headers.as_bytes()).context("cannot print the headers")?;
            Ok(ExitCode::SUCCESS)
        }
        ChatsCommand::Verify { secret, signature } => {
            ensure!(verify(secret, signature, body), "the signature does not belong to this body and this secret");
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Exactly four lines `Name: value`; a given date is signed and printed verbatim.
pub fn sign(secret: &SecretString, method: &str, path: &str, date: Option<&str>, body: &[u8], clock: &Clock) -> String {
    let date = date.map_or_else(|| chats::rfc2822_date(clock.now()), str::to_owned);
    let (content_type, content_md5) = (chats::CONTENT_TYPE, chats::content_md5(body));
    let text = chats::string_to_sign(&method.to_ascii_uppercase(), &content_md5, content_type, &date, path);
    let signature = chats::sign(secret, &text);
    format!("Date: {date}\nContent-Type: {content_type}\nContent-MD5: {content_md5}\nX-Signature: {signature}\n")
}

/// Whether `signature` signs this hook, by the same rule as the server's `/location/{scope_id}`.
pub fn verify(secret: &SecretString, signature: &str, body: &[u8]) -> bool {
    chats::verify_hook(secret, body, signature.trim())
}

#[cfg(test)]
mod tests {
    use clap::{Parser, error::ErrorKind};

    use super::*;

    #[derive(Debug, Parser)]
    struct ChatsCli {
        #[command(subcommand)]
        command: ChatsCommand,
    }

    const SECRET: &str = "f2d7f8704eff95087ed45b23ba99c0b5aac8278e";
    const PATH: &str = "/v2/origin/custom/344a5002-f8ca-454d-af3d-396180102ac7/connect";
    /// The connect request of amoCRM's own documentation.
    const CONNECT: &[u8] =
        br#"{"account_id":"52e591f7-c98f-4255-8495-827210138c81","title":"ChatsIntegration","hook_api_version":"v2"}"#;

    fn printed(arguments: &[&str], body: &[u8]) -> (ExitCode, String) {
        let command = ChatsCli::try_parse_from(arguments).unwrap().command;
        let mut out = Vec::new();
        let code = run(&command, body, &Clock::frozen(1_639_610_000_000), &mut out).unwrap();
        (code, String::from_utf8(out).unwrap())
    }

    #[test]
    fn signs_the_documented_request() {
        let date = "Wed, 15 Dec 2021 23:12:55 +0000";
        let arguments = ["parom", "sign", "--secret", SECRET, "--method", "POST", "--path", PATH, "--date", date];
        let (code, text) = printed(&arguments, CONNECT);
        assert_eq!(code, ExitCode::SUCCESS);
        assert_eq!(
            text,
            "Date: Wed, 15 Dec 2021 23:12:55 +0000\nContent-Type: application/json\n\
             Content-MD5: 2fbcb3c652b61e24e004daddfc73d0ce\nX-Signature: 81211856ce0c5095f3e1a90c0a38dc9d736cfd55\n"
        );
    }

    #[test]
    fn a_date_is_taken_verbatim_and_is_now_when_absent() {
        let arguments = ["parom", "sign", "--secret", SECRET, "--method", "GET", "--path", PATH];
        let (_, now) = printed(&arguments, b"");
        assert!(now.starts_with("Date: Wed, 15 Dec 2021 23:13:20 +0000\n"), "{now}");
        assert!(now.contains("\nContent-MD5: d41d8cd98f00b204e9800998ecf8427e\n"), "{now}");
        let (_, odd) = printed(&[&arguments[..], &["--date", " whenever "]].concat(), b"");
        assert!(odd.starts_with("Date:  whenever \n"), "{odd}");
    }

    #[test]
    fn a_method_is_signed_in_upper_case() {
        let arguments = |method| ["parom", "sign", "--secret", SECRET, "--method", method, "--path", PATH];
        assert_eq!(printed(&arguments("post"), CONNECT), printed(&arguments("POST"), CONNECT));
    }

    #[test]
    fn invalid_arguments_of_a_signature_are_refused() {
        let base = ["parom", "sign", "--secret", SECRET, "--method", "GET"];
        for (name, value) in [
            ("--path", ""),
            ("--path", "v2/origin"),
            ("--path", "https://amojo.amocrm.ru/v2"),
            ("--path", "/v2?x=1"),
            ("--path", "/v 2"),
            ("--date", "now\nX-Signature: 0"),
        ] {
            let path: &[&str] = if name == "--path" { &[] } else { &["--path", PATH] };
            let refused = ChatsCli::try_parse_from([&base[..], path, &[name, value]].concat()).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::ValueValidation, "{name} {value:?}");
        }
    }

    #[test]
    fn verifies_a_hook_by_its_exit_code() {
        let body = b"{\"account_id\":\"1\"}";
        let signature = chats::hook_signature(&SECRET.into(), body);
        let arguments = |signature| ["parom", "verify", "--secret", SECRET, "--signature", signature];
        assert_eq!(printed(&arguments(&signature), body), (ExitCode::SUCCESS, String::new()));
        for (wrong, body) in [(signature.as_str(), b"{}".as_slice()), ("none", body.as_slice())] {
            let command = ChatsCli::try_parse_from(arguments(wrong)).unwrap().command;
            let mut out = Vec::new();
            let said = run(&command, body, &Clock::frozen(0), &mut out).unwrap_err().to_string();
            assert_eq!((said.as_str(), out.len()), ("the signature does not belong to this body and this secret", 0));
        }
    }

    #[test]
    fn the_secret_is_asked_for_and_never_shown() {
        let missing = ChatsCli::try_parse_from(["parom", "verify", "--signature", "x"]).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::MissingRequiredArgument);
        let empty =
            ChatsCli::try_parse_from(["parom", "sign", "--secret", "", "--method", "GET", "--path", "/"]).unwrap();
        let error = run(&empty.command, b"", &Clock::frozen(0), &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("PAROM_CHATS_SECRET"));
        let given = ChatsCli::try_parse_from(["parom", "verify", "--secret", SECRET, "--signature", "x"]).unwrap();
        assert!(!format!("{given:?}").contains(SECRET));
    }
}
