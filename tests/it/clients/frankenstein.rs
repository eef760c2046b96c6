//! A bot of `frankenstein`, the crate: its types of requests and answers, which refuse an answer that lacks a field. It has no
//! client of its own without another TLS, so the calls are made by the client of the tests.

use std::path::PathBuf;

use async_trait::async_trait;
use frankenstein::methods::{
    AnswerCallbackQueryParams, DeleteMessageParams, EditMessageTextParams, GetUpdatesParams, SendMessageParams,
    SendPhotoParams, SetWebhookParams,
};
use frankenstein::types::{InlineKeyboardButton, InlineKeyboardMarkup, Message, MessageEntityType, ReplyMarkup};
use frankenstein::updates::{Update, UpdateContent};
use frankenstein::{AsyncTelegramApi, ParseMode};
use reqwest::RequestBuilder;
use reqwest::multipart::{Form, Part};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use simulator::telegram::{NewBot, NewPerson, Options, Telegram};

use super::folder;

struct Bot {
    http: reqwest::Client,
    url: String,
}

/// The answer as the crate reads it; else what it does not like, or the refusal.
async fn read<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, String> {
    let text = request.send().await.unwrap().text().await.unwrap();
    serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))
}

#[async_trait]
impl AsyncTelegramApi for Bot {
    type Error = String;

    async fn request<P, T>(&self, method: &str, params: Option<P>) -> Result<T, String>
    where
        P: Serialize + std::fmt::Debug + Send,
        T: DeserializeOwned,
    {
        let params = params.map_or_else(|| json!({}), |params| json!(params));
        read(self.http.post(format!("{}/{method}", self.url)).json(&params)).await
    }

    async fn request_with_form_data<P, T>(
        &self,
        method: &str,
        params: P,
        files: Vec<(&str, PathBuf)>,
    ) -> Result<T, String>
    where
        P: Serialize + std::fmt::Debug + Send,
        T: DeserializeOwned,
    {
        let mut form = Form::new();
        let params = json!(params);
        for (name, value) in params.as_object().unwrap() {
            match files.iter().find(|(file, _)| file == name) {
                Some((_, path)) => {
                    let part = Part::bytes(std::fs::read(path).unwrap()).file_name("sofa.jpg");
                    form = form.part(name.clone(), part);
                }
                None => form = form.text(name.clone(), value.as_str().map_or(value.to_string(), str::to_owned)),
            }
        }
        read(self.http.post(format!("{}/{method}", self.url)).multipart(form)).await
    }
}

impl Bot {
    /// Texts with everything that formats or follows them.
    async fn sends(&self, chat: i64) -> Message {
        let text = |text: &str| SendMessageParams::builder().chat_id(chat).text(text);
        let formatted = text("*Добрый* _день\\!_").parse_mode(ParseMode::MarkdownV2).build();
        let first = self.send_message(&formatted).await.unwrap().result;
        let kinds: Vec<MessageEntityType> = first.entities.iter().flatten().map(|one| one.type_field).collect();
        assert_eq!(kinds, [MessageEntityType::Bold, MessageEntityType::Italic], "telegram 7.1, MarkdownV2");
        let refused = self.send_message(&text("5.0").parse_mode(ParseMode::MarkdownV2).build()).await.unwrap_err();
        assert!(refused.contains("is reserved"), "{refused}");
        let yes = InlineKeyboardButton::builder().text("Да").callback_data("yes").build();
        let keyboard = InlineKeyboardMarkup::builder().inline_keyboard(vec![vec![yes]]).build();
        let offer = text("Привезти?").reply_markup(ReplyMarkup::InlineKeyboardMarkup(keyboard)).build();
        self.send_message(&offer).await.unwrap();
        let picture = folder("").join("../../simulator/assets/samples/picture.jpg");
        let photo = SendPhotoParams::builder().chat_id(chat).photo(picture).caption("Диван").build();
        assert!(!self.send_photo(&photo).await.unwrap().result.photo.unwrap().is_empty());
        let id = first.message_id;
        let other = EditMessageTextParams::builder().chat_id(chat).message_id(id).text("Добрый вечер").build();
        self.edit_message_text(&other).await.unwrap();
        let more = self.send_message(&text("Лишнее").build()).await.unwrap().result.message_id;
        let gone = DeleteMessageParams::builder().chat_id(chat).message_id(more).build();
        assert!(self.delete_message(&gone).await.unwrap().result);
        first
    }

    /// What waits, which is confirmed by the next call.
    async fn hears(&self, next: &mut i64) -> Vec<Update> {
        let asked = GetUpdatesParams::builder().offset(*next).build();
        let updates = self.get_updates(&asked).await.unwrap().result;
        *next = updates.last().map_or(*next, |last| i64::from(last.update_id) + 1);
        updates
    }
}

#[tokio::test]
async fn a_bot_of_frankenstein_understands_every_answer() {
    base::http_client::install_crypto_provider();
    let telegram = Telegram::start(Options::default()).await.unwrap();
    let (known, maria) = (telegram.add_bot(NewBot::default()), telegram.add_person(NewPerson::default()));
    let customer = telegram.customer(maria, known.id);
    customer.starts("").unwrap();
    let url = format!("{}/bot{}", telegram.base_url(), known.token);
    let bot = Bot { http: parom_tests::client(), url };
    assert_eq!(bot.get_me().await.unwrap().result.id, u64::try_from(known.id).unwrap());
    let plain = SetWebhookParams::builder().url("http://shop.example/hook").build();
    assert!(bot.set_webhook(&plain).await.unwrap_err().contains("An HTTPS URL must be provided"));
    assert!(bot.get_webhook_info().await.unwrap().result.url.is_empty());
    bot.sends(maria).await;
    let sent = telegram.sent_to(known.id, maria);
    let kept: Vec<(&str, usize)> =
        sent.iter().filter(|one| !one.is_removed).map(|one| (&*one.text, one.files.len())).collect();
    assert_eq!(kept, [("Добрый вечер", 0), ("Привезти?", 0), ("Диван", 1)]);

    customer.writes("Здравствуйте").unwrap();
    customer.presses(&sent[1].id, "Да").unwrap();
    let mut next = 0;
    let updates = bot.hears(&mut next).await;
    let [UpdateContent::Message(start), UpdateContent::Message(said), UpdateContent::CallbackQuery(press)] =
        &updates.iter().map(|one| one.content.clone()).collect::<Vec<_>>()[..]
    else {
        panic!("{updates:?}")
    };
    assert_eq!((start.text.as_deref(), said.text.as_deref()), (Some("/start"), Some("Здравствуйте")));
    assert_eq!((press.data.as_deref(), press.from.id), (Some("yes"), u64::try_from(maria).unwrap()));
    let taken = AnswerCallbackQueryParams::builder().callback_query_id(&press.id).text("Принято").build();
    assert!(bot.answer_callback_query(&taken).await.unwrap().result);
    assert!(bot.hears(&mut next).await.is_empty(), "they are confirmed");
    assert_eq!(telegram.notices(known.id)[0].text, "Принято");
    telegram.stop().await;
}
