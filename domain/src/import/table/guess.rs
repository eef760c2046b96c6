//! What the names of columns mean, in English, Russian, Spanish and Portuguese, and which values mean the account's side.

use super::ColumnMeaning;

/// Names of columns, and words in longer names: the longest one that a name has decides.
const NAMES: [(ColumnMeaning, &str); 11] = [
    (
        ColumnMeaning::SentAt,
        "sent at, date, datetime, timestamp, created at, created, sent, sent on, received at, дата, дата и время, отправлено, \
         дата отправки, создано, получено, fecha, fecha y hora, enviado el, creado, data, data e hora, data hora, enviado em, \
         criado em",
    ),
    (ColumnMeaning::Time, "time, время, hora, time of day, время суток"),
    (
        ColumnMeaning::Text,
        "text, message, message text, body, content, content text, comment, текст, сообщение, текст сообщения, содержание, \
         комментарий, texto, mensaje, texto del mensaje, contenido, mensagem, texto da mensagem, conteúdo, conteudo",
    ),
    (
        ColumnMeaning::Sender,
        "direction, type, message type, sender, sender role, role, from, author, who, incoming outgoing, направление, тип, \
         тип сообщения, отправитель, роль, от, от кого, автор, кто, кто написал, dirección, direccion, tipo, tipo de mensaje, \
         remitente, de, autor, quién, rol, direção, direcao, sentido, tipo de mensagem, remetente, papel, quem",
    ),
    (
        ColumnMeaning::Name,
        "name, customer, customer name, client, client name, contact, contact name, full name, sender name, имя, фио, клиент, \
         имя клиента, контакт, имя контакта, покупатель, имя отправителя, nombre, cliente, nombre del cliente, contacto, \
         nombre del contacto, nome, nome do cliente, contato, nome do contato",
    ),
    (
        ColumnMeaning::Phone,
        "phone, phone number, mobile, customer phone, contact phone, whatsapp, sender phone, телефон, номер телефона, номер, \
         моб, мобильный, телефон клиента, телефон контакта, teléfono, telefono, número de teléfono, móvil, movil, celular, \
         telefone, número de telefone, telemóvel",
    ),
    (
        ColumnMeaning::Email,
        "email, e mail, mail, почта, электронная почта, имейл, correo, correo electrónico, sender email",
    ),
    (
        ColumnMeaning::Manager,
        "manager, agent, operator, employee, responsible, assignee, manager name, agent name, менеджер, оператор, сотрудник, \
         ответственный, имя менеджера, агент, gerente, agente, operador, empleado, responsable, atendente, responsável, \
         responsavel, funcionário",
    ),
    (
        ColumnMeaning::File,
        "file, file url, attachment, attachments, media, media url, link, url, content media url, файл, вложение, вложения, \
         ссылка, ссылка на файл, медиа, archivo, adjunto, enlace, arquivo, anexo, ficheiro, mídia",
    ),
    (
        ColumnMeaning::Chat,
        "chat, chat id, conversation, conversation id, dialog, dialog id, thread, thread id, ticket, ticket id, client id, \
         customer id, чат, id чата, диалог, id диалога, беседа, номер чата, id клиента, id del chat, conversación, conversacion, \
         id de la conversación, id do chat, conversa, id da conversa, id del cliente, id do cliente",
    ),
    (
        ColumnMeaning::Id,
        "id, message id, uid, uuid, external id, id сообщения, ид, номер сообщения, id del mensaje, id da mensagem",
    ),
];

/// Values that mean that the account's side wrote, and that the customer did.
const OURS: &str = "out, outgoing, outbound, sent, manager, agent, operator, employee, bot, us, we, company, admin, исходящее, исходящий, \
    исходящие, исх, отправлено, менеджер, оператор, сотрудник, бот, мы, компания, saliente, enviado, gerente, agente, \
    operador, empleado, nosotros, empresa, saída, saida, enviada, atendente, nós, funcionário, from manager";
const CUSTOMERS: &str = "in, incoming, inbound, received, client, customer, contact, visitor, lead, user, входящее, входящий, входящие, вх, \
    получено, клиент, покупатель, контакт, entrante, recibido, cliente, contacto, entrada, recebida, contato";

/// What the columns of these names mean; each meaning at most once.
pub(super) fn meanings(names: &[&str]) -> Vec<Option<ColumnMeaning>> {
    let mut ranked: Vec<(usize, usize, ColumnMeaning)> = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let name = words(name);
        for (meaning, known) in NAMES {
            let fits = |known: &&str| format!(" {name} ").contains(&format!(" {known} "));
            // A whole name outdoes any part of one.
            let rank = |known: &str| known.len() + if name == known { 1000 } else { 0 };
            ranked.extend(known.split(", ").filter(fits).map(rank).max().map(|rank| (rank, place, meaning)));
        }
    }
    ranked.sort_by_key(|(rank, place, _)| (std::cmp::Reverse(*rank), *place));
    let mut found = vec![None; names.len()];
    for (_, place, meaning) in ranked {
        if found[place].is_none() && !found.contains(&Some(meaning)) {
            found[place] = Some(meaning);
        }
    }
    found
}

/// Whether a value of the sender means the account's side.
pub(super) fn is_ours(value: &str) -> bool {
    is_one_of(OURS, value)
}

/// Whether a value of the sender means the customer.
pub(super) fn is_customer(value: &str) -> bool {
    is_one_of(CUSTOMERS, value)
}

fn is_one_of(list: &str, value: &str) -> bool {
    list.split(", ").any(|known| known == words(value))
}

/// Small letters and digits, with single spaces.
fn words(name: &str) -> String {
    let spaced: String = name.chars().map(|sign| if sign.is_alphanumeric() { sign } else { ' ' }).collect();
    spaced.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}
