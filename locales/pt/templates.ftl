# Machine-made: no native has read it yet.

## Templates

templates-empty-title = Ainda não há modelos
templates-empty = Um modelo é um texto pronto que os atendentes escolhem em um chat e o Salesbot pode enviar.
templates-new = Novo modelo
templates-name = Nome
templates-language = Idioma
templates-category = Categoria
templates-category-utility = Utilidade
templates-category-marketing = Marketing
templates-category-authentication = Autenticação
templates-body = Texto
templates-examples = Valores de exemplo (exigidos pelo WhatsApp)
templates-send-review = Enviar para análise
templates-review-note = O WhatsApp costuma responder em um dia. Um modelo em análise não pode ser editado.
templates-reject-reason = Motivo do WhatsApp: { $reason }
templates-copy-to-edit = Copiar e corrigir
templates-away = O { $crm } guarda os modelos, mas ainda não enviou a lista. Eles aparecerão aqui assim que enviar.
templates-as-of = Lista recebida do { $crm } { $time }.
templates-col-changed = Alterado
templates-kind = App de mensagens
templates-kind-plain = Qualquer app de mensagens
templates-kind-waba = WhatsApp Business
templates-kind-hint = O WhatsApp analisa os modelos para o WhatsApp oficial antes que possam ser enviados.
templates-header = Cabeçalho
templates-footer = Rodapé
templates-markers-hint = Clique em um marcador para colocá-lo no texto; ele é preenchido no envio da mensagem.
templates-marker-broken = “{ $field }”: um marcador não está fechado. Escreva como {"{{"}contact.name{"}}"}.
templates-marker-unknown = “{ $field }”: o marcador { $markers } não existe. Escolha um acima do texto ou informe um campo próprio pelo ID: {"{{"}contact.cf.123{"}}"}.
templates-examples-hint = Um marcador por linha: {"{{"}contact.name{"}}"} = Ana. Se você omitir um, usamos o nosso exemplo.
templates-example-missing = “{ $field }”: adicione um para { $markers }. O WhatsApp exige.
templates-markers = Marcadores
templates-markers-all = Marcadores preenchidos no envio da mensagem:
templates-markers-own = Um campo próprio pelo ID: {"{{"}contact.cf.123{"}}"}.
templates-example = Exemplo para { $marker }
templates-preview = O que o cliente vê
templates-preview-empty = Seu texto aparece aqui
templates-button-number = Botão { $number }
templates-button-unnamed = “{ $field }”: preencha o texto.
templates-button-not-url = “{ $field }”: informe um endereço, por exemplo shop.example/order.
marker-contact-first_name = Primeiro nome
marker-contact-name = Nome completo
marker-lead-name = Lead
marker-lead-id = ID do lead
marker-lead-price = Preço
marker-company-name = Empresa
marker-profile-name = Atendente
marker-current_date = Data
marker-sample-contact-first_name = Ana
marker-sample-contact-name = Ana Souza
marker-sample-lead-name = Mesa de carvalho
marker-sample-lead-id = 1592
marker-sample-lead-price = 249
marker-sample-company-name = Acme
marker-sample-profile-name = Maria
marker-sample-current_date = 20.11.2026
templates-buttons = Botões
templates-button-text = Texto do botão
templates-button-url = URL
templates-buttons-hint = Sem URL, o texto do botão volta como mensagem do cliente. Linhas vazias são ignoradas.
templates-review = Análise
templates-review-sent = O modelo foi enviado para análise.
templates-locked = O WhatsApp já tem este modelo, então ele não pode ser alterado. Copie-o, corrija a cópia e envie-a para análise.
templates-file = Este modelo tem um arquivo. Você só pode alterá-lo no { $crm }.
templates-saved = “{ $name }” foi salvo.
templates-saved-known = “{ $name }” foi salvo e reconhecido como o modelo aprovado do app de mensagens: já pode ser enviado.
templates-saved-unmatched = “{ $name }” foi salvo, mas ainda não foi reconhecido como o modelo do app de mensagens. “Análises de modelos” mostra o que difere.
templates-delete = Excluir modelo
templates-delete-confirm = Excluir “{ $name }”? Os atendentes e o Salesbot no { $crm } não poderão mais escolhê-lo. As mensagens enviadas ficam.
templates-deleted = “{ $name }” foi excluído.

## Register of reviews

templates-register = Análises de modelos
templates-register-lead = O estado de cada modelo: no app de mensagens que o analisa e no { $crm }.
templates-register-empty = Nenhum modelo foi enviado para análise ainda.
templates-col-messenger = No app de mensagens
templates-col-crm = No { $crm }
templates-col-waits = Espera
templates-quality = qualidade { $quality }
templates-waits-submit = está sendo enviado ao app de mensagens
templates-waits-review = a decisão do app de mensagens
templates-waits-tell = o resultado está sendo informado ao { $crm }
templates-next-try = próxima tentativa
templates-again = Tentar agora
templates-again-soon = O Parom tenta novamente em alguns segundos.
template-stage-waiting = Ainda não enviado
template-stage-review = Em análise
template-stage-approved = Aprovado
template-stage-rejected = Rejeitado
template-stage-paused = Pausado
template-stage-disabled = Desativado
template-stage-deleted = Excluído
template-reported-nothing = Ainda não informado
template-reported-approved = Informado: aprovado
template-reported-rejected = Informado: rejeitado
template-reported-paused = Informado: pausado
template-reported-unasked = { $crm } não pediu revisão
templates-bring = Trazer os modelos
templates-brought = { $count ->
    [0] Nada novamente: todos os modelos que existem nos dois lados já são conhecidos.
    [one] { $count } modelo foi trazido e já pode ser enviado.
   *[other] { $count } modelos foram trazidos e já podem ser enviados.
}
templates-unmatched = Só no app de mensagens
templates-unmatched-lead = O app de mensagens tem estes modelos, e { $crm } não tem nenhum com o mesmo nome, idioma e texto. As listas são comparadas todos os dias e a cada mensagem criada com um modelo ainda desconhecido.
templates-col-why = O que difere
templates-create = Criar no { $crm }
templates-from-messenger = O app de mensagens aprovou este texto com estas variáveis numeradas. Coloque no lugar de cada uma um marcador do { $crm }, na mesma ordem, e não mude mais nada: assim o modelo pode ser enviado na hora.
template-match-language = “{ $template }” em { $crm } está em outro idioma.
template-match-text = “{ $template }” em { $crm } tem outro texto, ou as variáveis vêm em outra ordem.
template-match-headline = “{ $template }” em { $crm } tem outro cabeçalho.
template-match-absent = { $crm } não mostra ao Parom nenhum modelo com este nome ou texto. O de outra integração é reconhecido pela primeira mensagem criada com ele.
