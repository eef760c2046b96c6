import os, shutil
os.chdir('/work/wt/features')
F='/tmp/w/features/services/'
def sub(p,a,b,n=1):
    s=open(p).read()
    assert a in s,(p,a)
    s=s.replace(a,b,n); open(p,'w').write(s)
shutil.copy(F+'services.rs','server/src/panel/sources/services.rs')
shutil.copy(F+'services.html','templates/panel/sources/services.html')
shutil.copy(F+'services_test.rs','tests/it/pages/services.rs')
p='server/src/panel/sources/mod.rs'
sub(p,'mod secret;\n','mod secret;\nmod services;\n')
sub(p,'pub use strays::','pub use services::{get as services, save as save_services};\npub use strays::')
sub('server/src/panel/pages.rs','        .route("/sources/{id}/test", get()','        .route("/sources/{id}/services", get().to(sources::services))\n        .route("/sources/{id}/services", post().to(sources::save_services))\n        .route("/sources/{id}/test", get()')
p='server/src/panel/sources/one.rs'
sub(p,'        wants_lead_origin: typed','        has_services: super::services::has_services(source),\n        wants_lead_origin: typed')
sub(p,'    wants_lead_origin: bool,','    wants_lead_origin: bool,\n    /// amoCRM can be told what it offers besides chats.\n    has_services: bool,')
p='templates/panel/sources/one.html'
sub(p,'</form>\n{% else %}\n<dl class="facts"><dt>{{ page.words.text("source-edit-pipeline") }}','</form>\n{% if has_services %}<p><a href="/panel/sources/{{ id }}/services">{{ page.words.text("source-services") }}</a></p>{% endif %}\n{% else %}\n<dl class="facts"><dt>{{ page.words.text("source-edit-pipeline") }}')
s=open('tests/it/pages/mod.rs').read()
print(s[:600])
i=s.index('mod sources;'); s=s[:i]+'mod services;\n'+s[i:]; open('tests/it/pages/mod.rs','w').write(s)
T={'en':['Services for WhatsApp','What { $crm } offers for this source besides chats. Use it if its messenger is WhatsApp.','Official WhatsApp (WABA)','Templates of this source go to review, and { $crm } shows the time window. The channel needs a time window that was agreed with { $crm }.','List messages','Salesbot in { $crm } can send lists to choose from.','Numbers for the button on a site','One number a line, with the name that { $crm } shows: +79005550101, Sales','Each line begins with a phone number, then a comma and the name: +79005550101, Sales'],
'ru':['Возможности WhatsApp','Что { $crm } предлагает для этого источника помимо чатов. Нужно, если его мессенджер — WhatsApp.','Официальный WhatsApp (WABA)','Шаблоны этого источника отправляются на проверку, а { $crm } показывает временное окно. Окно канала должно быть согласовано с { $crm }.','Сообщения со списком','Salesbot в { $crm } может отправлять списки для выбора.','Номера для кнопки на сайте','По одному номеру в строке с названием, которое показывает { $crm }: +79005550101, Продажи','Каждая строка начинается с номера телефона, затем запятая и название: +79005550101, Продажи'],
'es':['Servicios para WhatsApp','Lo que { $crm } ofrece para esta fuente además de los chats. Úsalo si su mensajero es WhatsApp.','WhatsApp oficial (WABA)','Las plantillas de esta fuente van a revisión y { $crm } muestra la ventana de tiempo. El canal necesita una ventana acordada con { $crm }.','Mensajes de lista','Salesbot en { $crm } puede enviar listas para elegir.','Números para el botón en un sitio','Un número por línea, con el nombre que muestra { $crm }: +79005550101, Ventas','Cada línea empieza con un número de teléfono, luego una coma y el nombre: +79005550101, Ventas'],
'pt':['Serviços para WhatsApp','O que { $crm } oferece para esta fonte além dos chats. Use se o mensageiro dela for o WhatsApp.','WhatsApp oficial (WABA)','Os modelos desta fonte vão para análise e { $crm } mostra a janela de tempo. O canal precisa de uma janela combinada com { $crm }.','Mensagens de lista','O Salesbot em { $crm } pode enviar listas para escolher.','Números para o botão em um site','Um número por linha, com o nome que { $crm } mostra: +79005550101, Vendas','Cada linha começa com um número de telefone, depois uma vírgula e o nome: +79005550101, Vendas']}
K=['source-services','source-services-about','source-services-waba','source-services-waba-hint','source-services-lists','source-services-lists-hint','source-services-numbers','source-services-numbers-hint','source-services-wrong']
for l,t in T.items():
    text=''.join(f'{k} = {v}\n' for k,v in zip(K,t))
    sub(f'locales/{l}/sources.ftl','contact-rule-leave =',text+'contact-rule-leave =')
sub('CHANGELOG.md','- A logo for the site chat','''- What a source offers in amoCRM besides chats (official WhatsApp, list messages, numbers for the button on a site) can be chosen in the
  panel, not only by the API (`services`).
- A logo for the site chat''')
shutil.copy(F+'host.rs','tests/it/browser/site_chat/host.rs')
sub('tests/it/browser/site_chat.rs','mod first_message;\n','mod first_message;\nmod host;\n')
p='sandbox/src/pages/leads.rs'
sub(p,'    source: String,\n    chats: Vec<ChatRow>,','    source: String,\n    /// Values of its tracking fields, by name.\n    tracking: Vec<(String, String)>,\n    /// Texts of notes that integrations wrote.\n    written: Vec<String>,\n    chats: Vec<ChatRow>,')
sub(p,'            source: lead.source_name.clone(),\n            chats:','            source: lead.source_name.clone(),\n            tracking: account.crm.tracking_of(id),\n            written: account.crm.notes_of(id),\n            chats:')
sub('sandbox/templates/lead.html','<dd>{{ source }}</dd>\n','<dd>{{ source }}</dd>\n{% for (name, value) in tracking %}<dt>{{ name }}</dt><dd>{{ value }}</dd>\n{% endfor %}')
sub('sandbox/templates/lead.html','</dl>\n','</dl>\n{% for note in written %}<p class="card small">{% for line in note.lines() %}{{ line }}<br>{% endfor %}</p>\n{% endfor %}')
p='sandbox/src/state/crm/mod.rs'
sub(p,'    /// The contact that a chat is linked to.','''    /// The tracking fields of a lead that have values, by name.
    pub(crate) fn tracking_of(&self, lead_id: i64) -> Vec<(String, String)> {
        let card = self.cards.get(&lead_id);
        card.iter().flat_map(|card| &card.tracking).map(|(code, value)| (code.to_lowercase(), value.clone())).collect()
    }

    /// The texts of the notes on a lead, the oldest first.
    pub(crate) fn notes_of(&self, lead_id: i64) -> Vec<String> {
        let of_lead = self.notes.iter().filter(|note| note.entity == "leads" && note.entity_id == lead_id);
        of_lead.filter_map(|note| note.params.get("text").and_then(Value::as_str).map(str::to_owned)).collect()
    }

    /// The contact that a chat is linked to.''')
s=open(p).read()
if 'use serde_json::Value;' not in s:
    s=s.replace('use std::collections::BTreeMap;','use std::collections::BTreeMap;\n\nuse serde_json::Value;',1); open(p,'w').write(s)
p='sandbox/src/sandbox/crm.rs'
s=open(p).read()
i=s.index('    /// The texts of the notes on a lead'); j=s.index('    /// A user wins (`true`) or loses')
s=s[:i]+'''    /// The texts of the notes on a lead, the oldest first.
    pub fn notes_of(&self, host: &str, lead_id: i64) -> Vec<String> {
        self.look(host, |account| account.crm.notes_of(lead_id))
    }

'''+s[j:]
open(p,'w').write(s)
