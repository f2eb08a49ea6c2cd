// What a page does beside showing itself: times in the reader's zone, the numbers of a chart by pointer and by keyboard,
// and pages of now (the start, an open incident) that refresh. The pages are whole without it. It makes no markup from
// text: what it adds is text, and what it replaces is what the same server sent.
(() => {
  'use strict';

  const LOCAL_TIME = {hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23'};
  const LOCAL_MINUTE = {hour: '2-digit', minute: '2-digit', hourCycle: 'h23'};
  const LOCAL_DAY = {day: 'numeric', month: 'short'};
  const UTC_ROW = 14;
  const REACHED = 'a[href], button, input, select, summary, [tabindex]';

  const page = document.querySelector('[data-refresh]');
  const sent = page ? snapshot(document) : new Map();

  show(document);
  if (page) {
    refresh(page, sent);
  }

  function show(root) {
    root.querySelectorAll('time[datetime]').forEach(localize);
    root.querySelectorAll('figure.chart').forEach(chart);
  }

  function format(date, options) {
    return new Intl.DateTimeFormat('en-GB', options).format(date);
  }

  /** Whether the reader's clock shows something else than UTC. */
  function isElsewhere(date) {
    return date.getTimezoneOffset() !== 0;
  }

  function zone(date) {
    const part = new Intl.DateTimeFormat(undefined, {timeZoneName: 'short'}).formatToParts(date)
        .find(each => each.type === 'timeZoneName');
    return part ? part.value : 'local';
  }

  /** The reader's time first, and UTC beside it, by which logs of other places go. */
  function localize(time) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime()) || !isElsewhere(date)) {
      return;
    }
    const utc = document.createElement('span');
    utc.className = 'quiet';
    utc.append(' (' + time.textContent.trim() + ')');
    const clock = document.createElement('span');
    clock.className = 'clock';
    clock.append(format(date, LOCAL_TIME));
    const dated = time.textContent.includes(',');
    time.replaceChildren(dated ? format(date, {...LOCAL_DAY, year: 'numeric'}) + ', ' : '', clock, ' ' + zone(date), utc);
  }

  function chart(figure) {
    const svg = figure.querySelector('.load-chart');
    axis(svg);
    const group = svg.querySelector('.moments');
    if (group === null) {
      return; // That of a fleet, which is a picture alone.
    }
    const reading = figure.querySelector('.reading');
    const moments = [...group.querySelectorAll('.moment')];
    if (moments.length === 0) {
      return;
    }
    const words = moments.map(moment => {
      const title = moment.querySelector('title');
      const date = new Date(moment.dataset.at);
      const text = title.textContent;
      // The line below says it; a second box at the pointer would cover the picture.
      title.remove();
      return isElsewhere(date) ? format(date, LOCAL_TIME) + ' ' + zone(date) + ' (' + text.replace(': ', '): ') : text;
    });
    let current = moments.length - 1;
    reading.hidden = false;
    group.setAttribute('tabindex', '0');
    group.setAttribute('role', 'slider');
    group.setAttribute('aria-label', 'Moment');
    group.setAttribute('aria-valuemin', '0');
    group.setAttribute('aria-valuemax', String(moments.length - 1));
    tell(current);
    point(-1);

    svg.addEventListener('pointermove', event => {
      const at = moments.indexOf(event.target);
      if (at >= 0) {
        point(at);
      }
    });
    svg.addEventListener('pointerleave', () => point(document.activeElement === group ? current : -1));
    group.addEventListener('focus', () => tell(current));
    group.addEventListener('blur', () => point(-1));
    group.addEventListener('click', event => {
      const at = moments.indexOf(event.target);
      if (at >= 0) {
        tell(at);
      }
    });
    const steps = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10,
      Home: -moments.length, End: moments.length};
    group.addEventListener('keydown', event => {
      const step = steps[event.key];
      if (step && !event.ctrlKey && !event.altKey && !event.metaKey) {
        event.preventDefault();
        tell(Math.min(moments.length - 1, Math.max(0, current + step)));
      }
    });

    function tell(at) {
      current = at;
      group.setAttribute('aria-valuenow', String(at));
      group.setAttribute('aria-valuetext', words[at]);
      point(at);
    }

    function point(at) {
      moments.forEach((moment, index) => moment.classList.toggle('pointed', index === at));
      reading.textContent = words[at < 0 ? current : at];
    }
  }

  /** A second row of times below the plot. */
  function axis(svg) {
    const times = svg.querySelector('.times');
    const labels = times ? [...times.querySelectorAll('text')] : [];
    const dated = labels.filter(label => label.dataset.at);
    if (dated.length === 0 || !isElsewhere(new Date(dated[0].dataset.at))) {
      return;
    }
    for (const label of labels) {
      const local = label.cloneNode(true);
      if (label.dataset.at) {
        const date = new Date(label.dataset.at);
        const isMidnight = date.getHours() === 0 && date.getMinutes() === 0 || !label.textContent.includes(':');
        local.textContent = format(date, isMidnight ? LOCAL_DAY : LOCAL_MINUTE);
      } else {
        local.textContent = zone(new Date(dated[0].dataset.at));
      }
      times.append(local);
      label.setAttribute('y', String(Number(label.getAttribute('y')) + UTC_ROW));
    }
    for (const each of [svg, svg.querySelector('.plot')]) {
      if (each) {
        each.setAttribute('height', String(Number(each.getAttribute('height')) + UTC_ROW));
      }
    }
  }

  /** What the server sent of each part, before it is changed here. */
  function snapshot(root) {
    const parts = new Map();
    root.querySelectorAll('[data-live]').forEach(part => parts.set(part.dataset.live, part.innerHTML));
    return parts;
  }

  function refresh(shown, known) {
    const note = shown.querySelector('.refresh');
    const seconds = Number(shown.dataset.refresh);
    let touched = false;
    let last = new Date();
    // Who reads a dump closely is not given another under the fingers.
    for (const kind of ['pointerdown', 'keydown']) {
      shown.addEventListener(kind, event => {
        touched = touched || Boolean(event.target.closest('[data-live=dump], [data-live=details]'));
      });
    }
    setTimeout(look, 1000 * seconds);

    async function look() {
      let open = true;
      if (!document.hidden) {
        try {
          const answer = await fetch(location.pathname + location.search, {headers: {Accept: 'text/html'}});
          if (!answer.ok) {
            throw new Error(String(answer.status));
          }
          const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
          open = Boolean(next.querySelector('[data-refresh]'));
          take(next);
          last = new Date();
        } catch (failed) {
          say('Not refreshed since ' + format(last, LOCAL_TIME) + ': the exporter does not answer.');
        }
      }
      if (open) {
        setTimeout(look, 1000 * seconds);
      }
    }

    function take(next) {
      document.title = next.title;
      const fresh = snapshot(next);
      const dump = next.querySelector('[data-live=dump]');
      const before = shown.querySelector('[data-live=dump]');
      const isOther = dump && before && dump.dataset.dump !== before.dataset.dump;
      if (isOther && touched) {
        fresh.delete('dump');
        fresh.delete('details');
        say('There is a newer dump, ' + dump.dataset.dump + ': load the page anew to see it.');
      } else {
        say('');
      }
      if (touched) {
        fresh.delete('details');
      }
      const parts = [...shown.querySelectorAll('[data-live]')];
      // What is read stays where it is, whatever grows above it.
      const read = parts.filter(part => part.getBoundingClientRect().top <= window.innerHeight / 3).pop();
      const place = read ? read.getBoundingClientRect().top : 0;
      for (const part of parts) {
        const name = part.dataset.live;
        const isInUse = Boolean(part.querySelector('.load-chart:hover')) || isSelected(part);
        if (!isInUse && fresh.has(name) && fresh.get(name) !== known.get(name)) {
          known.set(name, fresh.get(name));
          replace(part, next.querySelector('[data-live=' + name + ']'));
        }
      }
      if (read && window.scrollY > 0) {
        window.scrollBy(0, read.getBoundingClientRect().top - place);
      }
    }

    /** Whether the reader has marked some of its text, to copy it. */
    function isSelected(part) {
      const selection = getSelection();
      return !selection.isCollapsed && part.contains(selection.anchorNode);
    }

    function replace(part, next) {
      const focused = part.contains(document.activeElement) ? key(part, document.activeElement) : '';
      const scrolled = [...part.querySelectorAll('.scroll')].map(each => [each.scrollLeft, each.scrollTop]);
      const open = [...part.querySelectorAll('details')].map(details => details.open);
      const value = part.querySelector('.moments[aria-valuenow]')
          && part.querySelectorAll('.moment')[Number(part.querySelector('.moments').getAttribute('aria-valuenow'))];
      const at = focused && value ? value.dataset.at : '';
      if (next.dataset.dump) {
        part.dataset.dump = next.dataset.dump;
      }
      part.replaceChildren(...[...next.childNodes].map(node => document.importNode(node, true)));
      part.querySelectorAll('details').forEach((details, index) => details.open = Boolean(open[index]));
      part.querySelectorAll('.scroll').forEach((each, index) => each.scrollTo(...scrolled[index] || [0, 0]));
      show(part);
      part.dispatchEvent(new CustomEvent('load-monitor:shown', {bubbles: true}));
      const again = typeof focused === 'number' ? part.querySelectorAll(REACHED)[focused]
          : focused ? part.querySelector(focused) : null;
      if (again) {
        again.focus({preventScroll: true});
        const moment = at ? [...part.querySelectorAll('.moment')].findIndex(each => each.dataset.at >= at) : -1;
        if (moment >= 0) {
          part.querySelectorAll('.moment')[moment].dispatchEvent(new MouseEvent('click', {bubbles: true}));
        }
      }
    }

    /** By which the same place is found in what comes after: a selector, or its number among what the Tab key reaches. */
    function key(part, element) {
      if (element.classList.contains('moments')) {
        return '.moments';
      }
      const href = element.getAttribute('href');
      return href ? 'a[href="' + CSS.escape(href) + '"]' : element.id ? '#' + CSS.escape(element.id)
          : [...part.querySelectorAll(REACHED)].indexOf(element);
    }

    function say(words) {
      note.hidden = words === '';
      note.textContent = words;
    }
  }
})();
