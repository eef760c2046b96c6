//! Connects a channel to an account and sends a customer's message to it; then reads it back from the history.
//!
//! `cargo run -p amocrm --example send_message -- --amojo-account-id ID --text "Is the blue one in stock?"`
//! The id is what the example `authorize` prints. Without further arguments it goes to the sandbox.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

mod common;

use std::sync::Arc;

use amocrm::chats::{ChatUser, Chats, Connect, Content, NewChat, NewMessage};
use anyhow::Result;
use clap::Parser;
use secrecy::SecretString;

#[derive(Parser)]
struct Arguments {
    /// The Chats API, e.g. https://amojo.amocrm.ru or https://amojo.kommo.com.
    #[arg(long, env = "AMOJO_URL", default_value = "http://127.0.0.1:9100")]
    amojo_url: String,
    /// Channel id.
    #[arg(long, env = "AMOJO_CHANNEL_ID", default_value = "344a5002-f8ca-454d-af3d-396180102ac7")]
    channel_id: String,
    /// Channel secret.
    #[arg(long, env = "AMOJO_CHANNEL_SECRET", default_value = "sample-channel-secret", hide_env_values = true)]
    channel_secret: SecretString,
    /// The account's id in the Chats API.
    #[arg(long, env = "AMOJO_ACCOUNT_ID")]
    amojo_account_id: String,
    /// Our id of the customer; the chat's id is derived from it.
    #[arg(long, default_value = "user-77")]
    customer: String,
    /// The customer's name.
    #[arg(long, default_value = "Maria")]
    name: String,
    /// The customer's text.
    #[arg(long, default_value = "Is the blue one in stock?")]
    text: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let secret = &arguments.channel_secret;
    let chats = Chats::new(common::http()?, &arguments.amojo_url, Arc::new(common::now))?;

    let connect =
        Connect { account_id: arguments.amojo_account_id, title: "Example".to_owned(), is_time_window_disabled: false };
    let scope = chats.connect(secret, &arguments.channel_id, &connect).await?.scope_id;
    println!("Connected; everything of this account goes to scope {scope}");

    let conversation_id = format!("conversation-{}", arguments.customer);
    let customer = ChatUser { id: arguments.customer, name: arguments.name, ..ChatUser::default() };
    let new = NewChat { conversation_id: conversation_id.clone(), source: None, user: customer.clone() };
    let chat = chats.create_chat(secret, &scope, &new).await?;

    let at_milliseconds = common::now().timestamp_millis();
    let message = NewMessage {
        message_id: format!("example-{at_milliseconds}"),
        conversation_id,
        at_milliseconds,
        sender: customer,
        content: Content::Text { text: arguments.text },
        ..NewMessage::default()
    };
    let taken = chats.send_message(secret, &scope, &message).await?;
    println!("Taken; amoCRM calls the message {}", taken.amojo_message_id);

    println!("The newest messages of chat {}:", chat.id);
    for past in chats.history(secret, &scope, &chat.id, 0, 5).await? {
        println!("  {:?}  {}", past.at_milliseconds(), past.message.text);
    }
    Ok(())
}
