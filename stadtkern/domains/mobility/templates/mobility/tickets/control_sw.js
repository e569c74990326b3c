// Keeps the shell of the inspectors' page for a phone without network. It governs this page only; lists lie elsewhere.
const SHELL = "pruefung-1";
const PAGE = "{% url 'mobility:ticket_control' %}";
const PARTS = ["{% static 'ui/kern.min.css' %}", "{% static 'ui/stadtkern.css' %}", "{{ look_url }}", "{% static 'mobility/tickets/tickets.css' %}", "{% static 'mobility/tickets/control.js' %}", "{% static 'mobility/tickets/bits.js' %}", "{% static 'ui/zxing_reader.js' %}", "{% static 'ui/zxing_reader.wasm' %}", "{% static 'mobility/control.svg' %}"];
const FIRST = PARTS; // kept from the start
{% include "ui/installed.js" %}
