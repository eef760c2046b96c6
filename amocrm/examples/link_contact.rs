//! A known customer writes for the first time: their contact is found by phone or created, the chat is linked to it,
//! and only then the message is sent, so that no duplicate contact and no stray incoming lead appear.
//!
//! `cargo run -p amocrm --example link_contact -- --phone "+7 999 000-11-22"` after the `export` lines of `authorize`.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

mod common;

use std::sync::Arc;

use amocrm::chats::{ChatUser, Chats, Connect, Content, NewChat, NewMessage};
use amocrm::rest::{ContactChat, Field, NewContact, Rest};
use anyhow::Result;
use clap::Parser;
use secrecy::SecretString;

#[derive(Parser)]
struct Arguments {
    /// The account, e.g. https://acme.amocrm.ru.
    #[arg(long, env = "AMOCRM_URL")]
    amocrm_url: String,
    /// An administrator's access token.
    #[arg(long, env = "AMOCRM_TOKEN", hide_env_values = true)]
    token: SecretString,
    /// The Chats API.
    #[arg(long, env = "AMOJO_URL", default_value = "http://127.0.0.1:9100")]
    amojo_url: String,
    /// Channel id; the channel must belong to this integration.
    #[arg(long, env = "AMOJO_CHANNEL_ID", default_value = "344a5002-f8ca-454d-af3d-396180102ac7")]
    channel_id: String,
    /// Channel secret.
    #[arg(long, env = "AMOJO_CHANNEL_SECRET", default_value = "sample-channel-secret", hide_env_values = true)]
    channel_secret: SecretString,
    /// The account's id in the Chats API.
    #[arg(long, env = "AMOJO_ACCOUNT_ID")]
    amojo_account_id: String,
    /// The customer's phone number.
    #[arg(long)]
    phone: String,
    /// The customer's name.
    #[arg(long, default_value = "Maria")]
    name: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let http = common::http()?;
    let (secret, token) = (&arguments.channel_secret, &arguments.token);
    let rest = Rest::new(http.clone(), &arguments.amocrm_url)?;
    let chats = Chats::new(http, &arguments.amojo_url, Arc::new(common::now))?;

    let connect =
        Connect { account_id: arguments.amojo_account_id, title: "Example".to_owned(), is_time_window_disabled: false };
    let scope = chats.connect(secret, &arguments.channel_id, &connect).await?.scope_id;
    let digits: String = arguments.phone.chars().filter(char::is_ascii_digit).collect();
    let customer = ChatUser {
        id: format!("phone-{digits}"),
        name: arguments.name.clone(),
        phone: Some(arguments.phone.clone()),
        ..ChatUser::default()
    };
    let conversation_id = format!("phone-{digits}");
    let new = NewChat { conversation_id: conversation_id.clone(), source: None, user: customer.clone() };
    let chat = chats.create_chat(secret, &scope, &new).await?;

    // A real integration compares numbers by their countries.
    let of = |phone: &str| phone.chars().filter(char::is_ascii_digit).collect::<String>();
    let known = rest.contacts_with_phone(token, &digits, |phone| of(phone) == digits).await?;
    let contact_id = match known.first() {
        Some(contact) => contact.id,
        None => {
            let fields = vec![Field::phone(&format!("+{digits}"))];
            let new = NewContact { name: Some(arguments.name), fields };
            rest.create_contacts(token, &[new]).await?.remove(0)
        }
    };
    println!("{} contacts have this number; the chat goes to {contact_id}", known.len());
    rest.link_chats(token, &[ContactChat { contact_id, chat_id: chat.id }]).await?;

    let at_milliseconds = common::now().timestamp_millis();
    let message = NewMessage {
        message_id: format!("example-{at_milliseconds}"),
        conversation_id,
        at_milliseconds,
        sender: customer,
        content: Content::Text { text: "Hello, it is me again".to_owned() },
        ..NewMessage::default()
    };
    chats.send_message(secret, &scope, &message).await?;
    println!("Sent");
    Ok(())
}
