// Keeps the shell of the page that shows tickets, for a phone without network. It governs this page only; tickets lie elsewhere.
const SHELL = "fahrscheine-1";
const PAGE = "{% url 'mobility:ticket_show' %}";
const PARTS = ["{% static 'ui/kern.min.css' %}", "{% static 'ui/stadtkern.css' %}", "{{ look_url }}", "{% static 'mobility/tickets/tickets.css' %}", "{% static 'mobility/tickets/show.js' %}", "{% static 'mobility/tickets/bits.js' %}", "{% static 'mobility/tickets/aztec.js' %}", "{% static 'mobility/control.svg' %}"];
const FIRST = [...PARTS, PAGE]; // kept from the start; the page itself with every visit
{% include "ui/installed.js" %}
